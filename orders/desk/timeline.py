"""The time line of an order: all that happened to it, from wherever it was written down, with who did it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengfeng.models import OutboxMessage
from shops.models import AuditEntry
from shops.tenancy import own

from ..models import CaseStep, Order
from . import deeds

LETTERS = {"order.paid": gettext_lazy("Receipt sent by e-mail")}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: when, what, by whom (None is the system or the shopper), and what is to be said."""

    at: datetime
    title: str
    icon: str
    by: object = None
    facts: str = ""
    code: str = ""
    amount: Decimal | None = None
    colour: str = ""


def timeline(order: Order) -> list[Event]:
    """Return everything that happened to an order, the latest first; at one instant what a later source tells."""
    events = [event for source in SOURCES for event in source(order)]
    return sorted(events, key=lambda event: event.at)[::-1]


def _moves(order: Order) -> Iterator[Event]:
    for move in order.moves.select_related("by"):
        facts = [order.get_cancel_reason_display() if move.target == "cancelled" else "", move.note]
        if move.target == "placed" and order.message:
            facts.append(_("“%(message)s”") % {"message": order.message})
        title = move.get_target_display()
        yield Event(move.at, title, "arrow-right", move.by, " · ".join(filter(None, facts)), colour="primary")


def _payments(order: Order) -> Iterator[Event]:
    for share in order.payment_shares.select_related("payment").order_by("pk"):
        payment, said = share.payment, {"code": share.payment.code, "amount": share.amount}
        name = f"{payment.method_name} · {payment.provider}"
        tried = f"{name} {payment.failure_text}".rstrip()
        yield Event(payment.created_at, _("Payment tried"), "credit-card", facts=tried, **said)
        for at, title in (
            (payment.authorised_at, _("Payment authorised")),
            (payment.captured_at, _("Payment captured")),
            (payment.voided_at, _("Payment let go")),
        ):
            if at:
                yield Event(at, title, "cash", facts=name, **said)


def _refunds(order: Order) -> Iterator[Event]:
    for refund in order.refunds.select_related("requested_by").order_by("pk"):
        said = {"code": refund.code, "amount": -refund.amount, "facts": refund.reason_text}
        yield Event(refund.requested_at, _("Refund asked for"), "receipt-refund", refund.requested_by, **said)
        if refund.done_at:
            yield Event(refund.done_at, _("Refund done"), "receipt-refund", **said)


def _parcels(order: Order) -> Iterator[Event]:
    for shipment in order.shipments.select_related("shipped_by").order_by("pk"):
        facts = " ".join(filter(None, (shipment.carrier_name, shipment.tracking)))
        said = {"facts": facts, "code": shipment.code}
        yield Event(shipment.shipped_at, _("%(kind)s left") % {"kind": shipment.get_kind_display()}, "truck",
                    shipment.shipped_by, **said)  # fmt: skip
        if shipment.delivered_at:
            yield Event(shipment.delivered_at, _("%(kind)s arrived") % {"kind": shipment.get_kind_display()},
                        "home-check", **said)  # fmt: skip


def _notes(order: Order) -> Iterator[Event]:
    for note in order.notes.select_related("by", "struck_by"):
        yield Event(note.at, _("Note"), "note", note.by, note.text)
        if note.struck_at:
            yield Event(note.struck_at, _("Note struck"), "note-off", note.struck_by, note.text)


def _cases(order: Order) -> Iterator[Event]:
    steps = CaseStep.objects.filter(case__order=order).select_related("case", "by").order_by("pk")
    for step in steps:
        title = f"{step.case.get_kind_display()}: {step.deed}"
        by = step.by or step.get_side_display()
        yield Event(step.at, title, "message-report", by, step.note, step.case.code, step.amount)


def _settlements(order: Order) -> Iterator[Event]:
    for one in order.settlements.order_by("number"):
        yield Event(
            one.settled_at, _("Settled"), "building-bank", facts=one.get_kind_display(), code=one.code, amount=one.net
        )


def _audit(order: Order) -> Iterator[Event]:
    """Yield what the trail knows beyond the rows themselves, and every deed of a program or under a delegation."""
    entries = own(AuditEntry, order.merchant).filter(target=order.code)
    for entry in entries.select_related("actor", "token", "delegation__delegate").order_by("number"):
        if entry.verb in deeds.TOLD_ELSEWHERE and entry.actor and not entry.delegation:
            continue
        facts = deeds.facts(entry) + ([_("on your behalf")] if entry.delegation else [])
        said = {"facts": " · ".join(facts), "amount": deeds.amount(entry)}
        yield Event(entry.at, deeds.title(entry), "history", deeds.doer(entry), **said)


def _letters(order: Order) -> Iterator[Event]:
    sent = OutboxMessage.objects.filter(topic__in=list(LETTERS), key=order.code, delivered_at__isnull=False)
    for message in sent:
        yield Event(message.delivered_at, str(LETTERS[message.topic]), "mail", facts=order.checkout.email)


SOURCES = [_payments, _refunds, _parcels, _moves, _notes, _cases, _settlements, _audit, _letters]
