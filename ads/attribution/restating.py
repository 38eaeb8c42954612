"""Restates credits when touches are found invalid: what they were credited with goes to the next eligible touch."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from chengfeng.money import ZERO

from ..models import ConversionLine, Credit
from .recording import brands_of, touches_of
from .rules import RULES, Line, Rule, Touch, credit

WITHDRAWN = Credit.objects.filter(
    line=OuterRef("line"), rule=OuterRef("rule"), token=OuterRef("token"), reason=Credit.Reason.INVALID, share__lt=0
)
STANDS = Q(share__gt=0) & ~Exists(WITHDRAWN)  # credits of touches that are still credited with the line


class Key(NamedTuple):
    """What tells the touch of an event apart."""

    day: date
    token: UUID
    kind: str


@transaction.atomic
def restate(found: Collection[Key]) -> list[Credit]:
    """Take the credits of touches away, whose events are invalid by now, and credit the next eligible ones.

    What is posted are differences, at the time of the conversion: reports of its day are made anew, for money that was
    never owed to the ad must not stay there. A line that no eligible touch is left for is credited to none.
    Locks the conversion lines by pk; call it before anything that locks a ledger account.
    """
    if not found:
        return []
    tokens = {key.token for key in found}
    touched = Credit.objects.filter(token__in=tokens, event_day__in={key.day for key in found}).values("line")
    lines = ConversionLine.objects.select_for_update(of=("self",), no_key=True).select_related("conversion")
    lines = list(lines.filter(pk__in=touched).order_by("pk"))
    brands = brands_of(line.product_id for line in lines)
    return Credit.objects.bulk_create(
        difference for line in lines for difference in _restated(line, brands[line.product_id], set(found))
    )


def _restated(line: ConversionLine, brand: str, found: set[Key]) -> list[Credit]:
    """Return the differences of every rule under which one of the touches is credited with the line."""
    rules: dict[str, dict[Key, list[Credit]]] = defaultdict(lambda: defaultdict(list))
    for entry in line.credits.order_by("pk"):
        rules[entry.rule][Key(entry.event_day, entry.token, entry.touch)].append(entry)
    differences = []
    for name, posted in rules.items():
        gone = sorted(key for key in posted.keys() & found if _share(posted[key]))
        if gone:
            differences += _differences(line, brand, RULES[name], posted, cause=gone[0].token.hex)
    return differences


def _differences(
    line: ConversionLine, brand: str, rule: Rule, posted: Mapping[Key, list[Credit]], *, cause: str
) -> list[Credit]:
    conversion = line.conversion
    net = sum((_amount(entries) for entries in posted.values()), ZERO)
    sold = Line(line.product_id, brand, net)
    shares = credit(touches_of(conversion, rule=rule), sold, at=conversion.at, rule=rule)
    due = {Key(share.touch.day, share.touch.token, share.touch.kind): share for share in shares}
    made = []
    for key in sorted(due.keys() | posted.keys()):
        stands, share = posted.get(key, []), due.get(key)
        part = (share.share if share else ZERO) - _share(stands)
        amount = (share.amount if share else ZERO) - _amount(stands)
        if part or amount:
            made.append(_difference(line, rule, share.touch if share else stands[0], part, amount, cause))
    return made


def _share(entries: Collection[Credit]) -> Decimal:
    return sum((entry.share for entry in entries), ZERO)


def _amount(entries: Collection[Credit]) -> Decimal:
    return sum((entry.amount for entry in entries), ZERO)


def _difference(
    line: ConversionLine, rule: Rule, of: Touch | Credit, part: Decimal, amount: Decimal, cause: str
) -> Credit:
    """Return a credit of a touch, known as such or by an earlier credit of it."""
    conversion = line.conversion
    known = isinstance(of, Credit)
    return Credit(
        merchant_id=conversion.merchant_id, line=line, campaign_id=of.campaign_id, ad_id=of.ad_id,
        event_day=of.event_day if known else of.day, token=of.token, touch=of.touch if known else of.kind,
        rule=rule.name, reason=Credit.Reason.INVALID, cause=cause, share=part, amount=amount,
        is_same_product=of.is_same_product if known else of.product_id == line.product_id,
        touched_at=of.touched_at if known else of.at, at=conversion.at,
    )  # fmt: skip
