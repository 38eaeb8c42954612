"""Appeals: a merchant says that a judgement of its traffic is wrong or misses something, and the operator answers."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from chengfeng.periods import local_date
from shops.models import User
from shops.people.audit import record
from shops.people.rights import Right
from shops.tenancy import Access, own

from ..attribution import Key
from ..models import Appeal, Campaign, Charge
from .reasons import Reason
from .withdrawing import withdraw

LONGEST = timedelta(days=30)  # how far back an appeal may reach


class Refused(Exception):
    """An appeal, or an answer to one, that cannot be; its message is for the person, `field` names what is wrong."""

    def __init__(self, field: str, rule: str):
        super().__init__(rule)
        self.field, self.rule = field, rule


@transaction.atomic
def appeal(
    access: Access, *, kind: str, first: date, last: date, text: str, campaign: Campaign | None = None, at: datetime
) -> Appeal:
    """Write an appeal against the judgement of local days, both included, and return it.

    Raises PermissionDenied without the right to edit ads, Refused (`period`) for days to come, in a wrong order or too
    long ago, Refused (`open`) where the same is still waiting for an answer.
    """
    access.require(Right.ADS_EDIT)
    merchant = access.merchant
    today = local_date(at, merchant.time_zone)
    if not today - LONGEST <= first <= last <= today:
        raise Refused("first", "period")
    waiting = own(Appeal, merchant).filter(state=Appeal.State.OPEN, kind=kind, campaign=campaign)
    if waiting.filter(first__lte=last, last__gte=first).exists():
        raise Refused("first", "open")
    made = Appeal.objects.create(
        merchant=merchant, campaign=campaign, kind=kind, first=first, last=last, text=text, asked_by=access.user,
        asked_at=at,
    )  # fmt: skip
    record(access, "appeal.made", target=made.code, at=at, kind=kind)
    return made


@transaction.atomic
def answer(
    appeal: Appeal, *, by: User, is_upheld: bool, text: str, charges: Collection[str] = (), at: datetime
) -> Decimal:
    """Answer an open appeal; what the named charges paid for becomes invalid and is given back. Return how much.

    Raises Refused (`charges`) for a charge that is not of the merchant and the days, or named in a refusal, and
    Refused (`state`) when somebody has answered already.
    """
    state = Appeal.State.UPHELD if is_upheld else Appeal.State.REFUSED
    answered = {"state": state, "answer": text, "answered_by": by, "answered_at": at}
    if not Appeal.objects.filter(pk=appeal.pk, state=Appeal.State.OPEN).update(**answered):
        raise Refused("answer", "state")
    if charges and not is_upheld:
        raise Refused("charges", "charges")
    returned = _withdraw(_named(appeal, charges), at)
    Appeal.objects.filter(pk=appeal.pk).update(returned=returned)
    appeal.refresh_from_db()
    return returned


def _named(appeal: Appeal, codes: Collection[str]) -> list[Charge]:
    """Return the charges of those codes, all of the appeal's merchant and days and, if it names one, its campaign."""
    found = own(Charge, appeal.merchant).filter(code__in=set(codes), day__gte=appeal.first, day__lte=appeal.last)
    if appeal.campaign_id:
        found = found.filter(campaign=appeal.campaign_id)
    charges = list(found.order_by("campaign_id", "pk"))
    if len(charges) != len(set(codes)):
        raise Refused("charges", "charges")
    return charges


def _withdraw(charges: Collection[Charge], at: datetime) -> Decimal:
    campaigns: dict[int, dict[Key, str]] = {}
    for charge in charges:
        key = Key(charge.event_day, charge.token, charge.kind)
        campaigns.setdefault(charge.campaign_id, {})[key] = Reason.APPEAL
    return withdraw(campaigns, at=at).returned
