"""The states of a case, the table of moves allowed between them, and the one function that moves a case."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengfeng import outbox

if TYPE_CHECKING:
    from shops.models import User

    from .models import Case


class CaseState(models.TextChoices):
    REQUESTED = "requested", _("Awaits the shop's answer")
    OFFERED = "offered", _("Offer to the shopper")
    ACCEPTED = "accepted", _("Accepted, to be sent back")
    SENT_BACK = "sent_back", _("On its way back")
    RECEIVED = "received", _("Received, to be replaced")
    REJECTED = "rejected", _("Refused")
    DISPUTED = "disputed", _("With the platform")
    REFUNDED = "refunded", _("Refunded")
    EXCHANGED = "exchanged", _("Replaced")
    DISMISSED = "dismissed", _("Refused for good")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")


class Side(models.TextChoices):
    SHOPPER = "shopper", _("Shopper")
    MERCHANT = "merchant", _("Shop")
    OPERATOR = "operator", _("Platform")
    CLOCK = "clock", _("Deadline")


MOVES: dict[CaseState | str, frozenset[CaseState]] = {
    "": frozenset({CaseState.REQUESTED}),
    CaseState.REQUESTED: frozenset(
        {CaseState.OFFERED, CaseState.ACCEPTED, CaseState.REJECTED, CaseState.WITHDRAWN}
    ),
    CaseState.OFFERED: frozenset(
        {CaseState.REQUESTED, CaseState.ACCEPTED, CaseState.WITHDRAWN, CaseState.LAPSED}
    ),
    CaseState.ACCEPTED: frozenset(
        {CaseState.SENT_BACK, CaseState.REFUNDED, CaseState.WITHDRAWN, CaseState.LAPSED}
    ),  # what need not come back is refunded at once
    CaseState.SENT_BACK: frozenset({CaseState.RECEIVED, CaseState.REJECTED, CaseState.REFUNDED}),
    CaseState.RECEIVED: frozenset({CaseState.EXCHANGED, CaseState.REFUNDED}),
    CaseState.REJECTED: frozenset({CaseState.DISPUTED, CaseState.DISMISSED, CaseState.WITHDRAWN}),
    CaseState.DISPUTED: frozenset(
        {CaseState.DISPUTED, CaseState.ACCEPTED, CaseState.REFUNDED, CaseState.DISMISSED, CaseState.WITHDRAWN}
    ),  # while it is disputed, either side may add to what it said
    CaseState.REFUNDED: frozenset(),
    CaseState.EXCHANGED: frozenset(),
    CaseState.DISMISSED: frozenset(),
    CaseState.WITHDRAWN: frozenset(),
    CaseState.LAPSED: frozenset(),
}  # fmt: skip
OPEN = tuple(state for state, targets in MOVES.items() if state and targets)
OVER = tuple(state for state, targets in MOVES.items() if not targets)
CLAIMING = (*OPEN, CaseState.REFUNDED)  # the states in which a case lays claim to its units


ADDED_TO = frozenset({CaseState.REFUNDED})  # over, but goods that come later are still noted


class CaseMoved(Exception):
    """The case is not in a state from which it can go there; `state` is where it was seen."""

    code = "wrong_state"

    def __init__(self, state: str, target: str):
        self.state, self.target = state, target
        super().__init__(f"{state} → {target}")


def due(state: CaseState, *, since: datetime) -> datetime | None:
    """Return until when somebody must act on a case that came into the state then; None where nothing is due."""
    patience = {
        CaseState.REQUESTED: settings.CASE_ANSWER_WITHIN,
        CaseState.OFFERED: settings.CASE_ESCALATE_WITHIN,
        CaseState.ACCEPTED: settings.CASE_SEND_BACK_WITHIN,
        CaseState.SENT_BACK: settings.CASE_RECEIVE_WITHIN,
        CaseState.RECEIVED: settings.CASE_RECEIVE_WITHIN,
        CaseState.REJECTED: settings.CASE_ESCALATE_WITHIN,
    }
    return since + patience[state] if state in patience else None


def move(
    case: "Case",
    target: CaseState,
    *,
    side: Side,
    at: datetime,
    by: "User | None" = None,
    note: str = "",
    said: Decimal | None = None,
    **fields,
) -> None:
    """Move a case on from the state it was read in, set its deadline, and write the step into its chain.

    Call it in the transaction of what comes with the move; `said` is the amount that the step names. Raises
    CaseMoved when the table has no such move, or when the case has meanwhile gone elsewhere; nothing is written then.
    """
    source = case.state
    if target not in MOVES[source]:
        raise CaseMoved(source, target)
    fields |= {"state": target, "due_at": due(target, since=at), "closed_at": at if target in OVER else None}
    model = type(case)
    if not model.objects.filter(pk=case.pk, state=source).update(**fields):
        raise CaseMoved(source, target)
    for name, value in fields.items():
        setattr(case, name, value)
    step(case, source=source, side=side, at=at, by=by, note=note, amount=said)


def add(case: "Case", *, side: Side, at: datetime, by: "User | None" = None, note: str = "", **fields) -> None:
    """Write what else happened to a locked case that stays where it is; no letter tells of it. Raises CaseMoved."""
    if case.state not in ADDED_TO:
        raise CaseMoved(case.state, case.state)
    for name, value in fields.items():
        setattr(case, name, value)
    case.save(update_fields=list(fields))
    _write(case, source=case.state, side=side, at=at, by=by, note=note)


def _write(case: "Case", *, source: str, **details) -> int:
    """Write a step into the chain of a case; return its number."""
    number = case.steps.count() + 1
    case.steps.create(number=number, source=source, target=case.state, **details)
    return number


def step(case: "Case", *, source: str, **details) -> None:
    """Write how the case came to where it is now, and tell the other side."""
    number = _write(case, source=source, **details)
    told = {"merchant": case.merchant.code, "order": case.order.code, "case": case.code, "state": case.state}
    outbox.publish("case.moved", key=f"{case.code}:{number}", payload=told, at=details["at"])
