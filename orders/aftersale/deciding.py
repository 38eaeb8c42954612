"""Deciding: what shop, shopper and platform do with a case, each step once, and what follows from it.

Every verb locks the order and reads the case anew, so that of two people who decide at once the later one learns what
the first has done: CaseMoved. Refunds are written with the step that decides them and carried out afterwards.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from chengfeng.money import ZERO, minor_unit
from shops.models import User

from .. import carriers
from ..models import Order, Refund, Shipment
from . import giving
from . import photos as pictures
from .cases import CaseRefused
from .models import Case
from .moves import CaseMoved, CaseState, Side, add, move


def lock(case: Case) -> Case:
    """Lock the order of a case and return the case as it is now."""
    order = Order.objects.select_for_update(of=("self",), no_key=True).select_related("merchant").get(pk=case.order_id)
    found = Case.objects.get(pk=case.pk)
    found.order = order
    return found


def _require(case: Case, *states: CaseState, target: CaseState) -> None:
    if case.state not in states:
        raise CaseMoved(case.state, target)


@transaction.atomic
def accept(case: Case, *, at: datetime, by: User | None = None, note: str = "", side: Side = Side.MERCHANT) -> Case:
    """Agree to a request: what is to come back is awaited, what is not is refunded; again changes nothing."""
    case = lock(case)
    if case.state == CaseState.ACCEPTED or (case.state == CaseState.REFUNDED and not case.comes_back):
        return case
    _require(case, CaseState.REQUESTED, target=CaseState.ACCEPTED)
    allow(case, side=side, at=at, by=by, note=note)
    return case


def allow(case: Case, *, side: Side, at: datetime, **step) -> None:
    """Move a locked case to accepted, and on to refunded where nothing is to come back."""
    move(case, CaseState.ACCEPTED, side=side, at=at, **step)
    if not case.comes_back:
        give_back(case, side=side, at=at, by=step.get("by"))


def give_back(case: Case, *, side: Side, at: datetime, by: User | None = None, **step) -> None:
    """Move a locked case to refunded and write its refunds."""
    move(case, CaseState.REFUNDED, side=side, at=at, by=by, said=step.get("amount", case.amount), **step)
    if case.kind == Case.Kind.EXCHANGE and case.received_at:
        giving.count_returned(case)
    giving.give_money(case, at=at, by=by)


@transaction.atomic
def offer(case: Case, *, amount: Decimal, at: datetime, by: User | None = None, note: str = "") -> Case:
    """Offer less than was asked for, but something. Raises CaseRefused otherwise: to offer nothing is to refuse."""
    case = lock(case)
    _require(case, CaseState.REQUESTED, target=CaseState.OFFERED)
    if not ZERO < amount < case.amount or case.kind == Case.Kind.EXCHANGE:
        raise CaseRefused("amount", "not_less", f"an offer is less than {case.amount}")
    if amount % minor_unit(case.order.currency):
        raise CaseRefused("amount", "too_fine", f"{amount} is no amount of {case.order.currency}")
    move(case, CaseState.OFFERED, side=Side.MERCHANT, at=at, by=by, note=note, said=amount, offered=amount)
    return case


@transaction.atomic
def reject(case: Case, *, note: str, at: datetime, by: User | None = None, photos: Sequence[UploadedFile] = ()) -> Case:
    """Refuse a request, or goods that came back other than they should, with the reason; again changes nothing."""
    drawn = pictures.drawn(photos)
    case = lock(case)
    if case.state == CaseState.REJECTED:
        return case
    if not note.strip():
        raise CaseRefused("note", "empty", "a refusal needs a reason")
    _require(case, CaseState.REQUESTED, CaseState.SENT_BACK, target=CaseState.REJECTED)
    pictures.add(case, drawn, side=Side.MERCHANT, at=at)
    move(case, CaseState.REJECTED, side=Side.MERCHANT, at=at, by=by, note=note)
    return case


@transaction.atomic
def receive(case: Case, *, restock: bool, at: datetime, by: User | None = None, note: str = "") -> Case:
    """Note that the goods came back: a return is refunded, an exchange awaits what replaces it; again does nothing.

    Goods that come when the money was given back already are noted too, and bring nothing more.
    """
    case = lock(case)
    if case.received_at:
        return case
    if case.may_still_come:
        add(case, side=Side.MERCHANT, at=at, by=by, note=note, received_at=at, is_restocked=restock)
        giving.take_back(case, restock=restock, at=at)
        return case
    _require(case, CaseState.SENT_BACK, target=CaseState.RECEIVED)
    move(
        case, CaseState.RECEIVED, side=Side.MERCHANT, at=at, by=by, note=note, received_at=at, is_restocked=restock
    )  # fmt: skip
    giving.take_back(case, restock=restock, at=at)
    if case.kind == Case.Kind.RETURN:
        give_back(case, side=Side.MERCHANT, at=at, by=by)
    return case


@transaction.atomic
def replace(
    case: Case, *, at: datetime, by: User | None = None, carrier: str = "", tracking: str = ""
) -> Shipment | None:
    """Send what an exchange brings; again sends nothing. Raises OutOfStock, after which a refund is the way out."""
    case = lock(case)
    if case.state == CaseState.EXCHANGED:
        return None
    _require(case, CaseState.RECEIVED, target=CaseState.EXCHANGED)
    shipment = giving.send_replacement(case, at=at, by=by, carrier=carrier, tracking=tracking)
    note = " ".join(filter(None, [carriers.name_of(carrier), tracking]))
    move(case, CaseState.EXCHANGED, side=Side.MERCHANT, at=at, by=by, note=note)
    return shipment


@transaction.atomic
def refund_instead(case: Case, *, at: datetime, by: User | None = None, note: str = "") -> Case:
    """Give the money back where there is nothing to exchange for; again changes nothing."""
    case = lock(case)
    if case.state == CaseState.REFUNDED:
        return case
    _require(case, CaseState.RECEIVED, target=CaseState.REFUNDED)
    give_back(case, side=Side.MERCHANT, at=at, by=by, note=note)
    return case


@transaction.atomic
def refund_again(case: Case, *, at: datetime, by: User | None = None) -> list[Refund]:
    """Write the refunds of a case anew when the providers refused them all; nothing where one of them stands."""
    case = lock(case)
    _require(case, CaseState.REFUNDED, target=CaseState.REFUNDED)
    if case.refunds.exclude(state=Refund.State.FAILED).exists():
        return []
    return giving.give_money(case, at=at, by=by)


@transaction.atomic
def withdraw(case: Case, *, at: datetime, by: User | None = None) -> Case:
    """Take a request back, as long as nothing was sent; again changes nothing."""
    case = lock(case)
    if case.state != CaseState.WITHDRAWN:
        move(case, CaseState.WITHDRAWN, side=Side.SHOPPER, at=at, by=by)
    return case


@transaction.atomic
def agree(case: Case, *, amount: Decimal, at: datetime, by: User | None = None) -> Case:
    """Take the shop's offer, of the amount that the shopper was shown. Raises CaseRefused when it is another now."""
    case = lock(case)
    _require(case, CaseState.OFFERED, target=CaseState.ACCEPTED)
    if amount != case.offered:
        raise CaseRefused("amount", "changed", f"the offer is {case.offered}")
    allow(case, side=Side.SHOPPER, at=at, by=by, amount=amount, said=amount)
    return case


@transaction.atomic
def decline(case: Case, *, at: datetime, by: User | None = None, note: str = "") -> Case:
    """Refuse the shop's offer: it has to answer the request again."""
    case = lock(case)
    _require(case, CaseState.OFFERED, target=CaseState.REQUESTED)
    move(case, CaseState.REQUESTED, side=Side.SHOPPER, at=at, by=by, note=note, offered=None)
    return case


@transaction.atomic
def send_back(case: Case, *, carrier: str, tracking: str, at: datetime, by: User | None = None) -> Case:
    """Note how the shopper sent the goods back; the same parcel again changes nothing."""
    case = lock(case)
    if (case.carrier, case.tracking) == (carrier, tracking) and case.state == CaseState.SENT_BACK:
        return case
    _require(case, CaseState.ACCEPTED, target=CaseState.SENT_BACK)
    if not case.comes_back:
        raise CaseMoved(case.state, CaseState.SENT_BACK)
    move(case, CaseState.SENT_BACK, side=Side.SHOPPER, at=at, by=by, carrier=carrier, tracking=tracking)
    return case


@transaction.atomic
def escalate(
    case: Case, *, note: str, at: datetime, by: User | None = None, photos: Sequence[UploadedFile] = ()
) -> Case:
    """Ask the platform to decide about a refusal; again changes nothing."""
    drawn = pictures.drawn(photos)
    case = lock(case)
    if case.state == CaseState.DISPUTED:
        return case
    _require(case, CaseState.REJECTED, target=CaseState.DISPUTED)
    pictures.add(case, drawn, side=Side.SHOPPER, at=at)
    move(case, CaseState.DISPUTED, side=Side.SHOPPER, at=at, by=by, note=note)
    return case


@transaction.atomic
def say(
    case: Case, *, side: Side, note: str, at: datetime, by: User | None = None, photos: Sequence[UploadedFile] = ()
) -> Case:
    """Add words and photos to a dispute before the platform decides."""
    drawn = pictures.drawn(photos)
    case = lock(case)
    _require(case, CaseState.DISPUTED, target=CaseState.DISPUTED)
    pictures.add(case, drawn, side=side, at=at)
    move(case, CaseState.DISPUTED, side=side, at=at, by=by, note=note)
    return case


@transaction.atomic
def decide(case: Case, *, for_shopper: bool, note: str, at: datetime, by: User, amount: Decimal | None = None) -> Case:
    """Decide a dispute for one side, with the reason.

    For the shopper: goods that have not been sent back are awaited, else the money (`amount`, or all that was asked
    for) is given back. Raises CaseMoved when it is decided already, CaseRefused without a reason or for too much.
    """
    case = lock(case)
    _require(case, CaseState.DISPUTED, target=CaseState.DISMISSED)
    if not note.strip():
        raise CaseRefused("note", "empty", "a decision needs a reason")
    if not for_shopper:
        move(case, CaseState.DISMISSED, side=Side.OPERATOR, at=at, by=by, note=note)
        return case
    _grant(case, amount=case.amount if amount is None else amount, note=note, at=at, by=by)
    return case


def _grant(case: Case, *, amount: Decimal, note: str, at: datetime, by: User) -> None:
    if not (ZERO < amount <= case.amount or amount == case.amount):
        raise CaseRefused("amount", "not_given", f"something is given back, at most {case.amount}")
    if amount % minor_unit(case.order.currency):
        raise CaseRefused("amount", "too_fine", f"{amount} is no amount of {case.order.currency}")
    step = {"side": Side.OPERATOR, "at": at, "by": by, "note": note, "amount": amount, "offered": None}
    if case.comes_back and not (case.tracking or case.carrier):
        move(case, CaseState.ACCEPTED, said=amount, **step)
    else:
        give_back(case, **step)
