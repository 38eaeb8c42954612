"""Why a sale is credited as it is under a rule: every touch that was considered, taken or left, and the reason.

The rule itself decides, by `credit`; what is said of a touch that it left names the first condition the touch fails, or
what the one that was taken has before it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.db.models import Sum, TextChoices
from django.utils.translation import gettext_lazy as _

from chengfeng.money import ZERO

from ..models import Campaign, Conversion, ConversionLine, Credit, Event, EventKind
from .meeting import MOST, Device, Met, Sale, Sold, gather
from .presets import DEFAULT
from .rules import Counted, Goods, Line, Model, Rule, Share, Touch, credit, is_within, relevance, weigh

Key = tuple[UUID, str]  # of a touch: token and kind


class Why(TextChoices):
    TAKEN = "taken", _("Credited")
    NOT_THEIRS = "not_theirs", _("The device was not known to be the buyer's then")
    INVALID = "invalid", _("Not valid")
    NOT_VIEWABLE = "not_viewable", _("Was never in view for a full second")
    KIND = "kind", _("This kind of touch earns no credit under the rule")
    AFTER = "after", _("After the order")
    WINDOW = "window", _("Too long before the order")
    SCOPE = "scope", _("Advertised something too far from what was bought")
    RANK = "rank", _("A kind of touch that goes first was there")
    RELEVANCE = "relevance", _("Another touch was closer to what was bought")
    RECENCY = "recency", _("Another touch was more recent")
    EARLIER = "earlier", _("Another touch was earlier")
    TIE = "tie", _("Another touch of the same instant goes first")
    CAMPAIGN = "campaign", _("The campaign claims by a later touch")
    FAINT = "faint", _("Too old to weigh anything beside the others")
    EVERYTHING = "everything", _("Every order counts, whatever was touched: this is not attribution")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a touch for one line: its part, as a share, of the sale and of what refunds left of it.

    `weight` is that among those that share the line, the heaviest being 1; `beyond` is by how much it misses its
    window; `scope` is what the rule asks of it and it does not meet.
    """

    why: Why
    share: Decimal = ZERO
    sold: Decimal = ZERO
    left: Decimal = ZERO
    weight: Decimal | None = None
    beyond: timedelta | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A touch with its verdicts, one for each line of the sale; `elapsed` before the sale, negative after it."""

    met: Met
    campaign: Campaign | None
    elapsed: timedelta
    verdicts: Sequence[Verdict]

    @property
    def event(self) -> Event:
        return self.met.event

    @property
    def device(self) -> Device:
        return self.met.device

    @property
    def at(self) -> datetime:
        return self.event.at

    @property
    def is_taken(self) -> bool:
        return any(verdict.why == Why.TAKEN for verdict in self.verdicts)

    @property
    def why(self) -> Why:
        """That it was taken, else how far it came for the line for which it came furthest."""
        return Why.TAKEN if self.is_taken else max((v.why for v in self.verdicts), key=list(Why).index)

    @property
    def is_agreed(self) -> bool:
        """Whether all lines say the same of it."""
        return len({(v.why, v.scope) for v in self.verdicts}) == 1

    @property
    def sold(self) -> Decimal:
        return sum((verdict.sold for verdict in self.verdicts), ZERO)

    @property
    def amount(self) -> Decimal:
        """What it is credited with now, refunds taken back."""
        return sum((verdict.left for verdict in self.verdicts), ZERO)


@dataclass(frozen=True)
class Trail:
    """The attribution of one sale under a rule: candidates newest first, and credit entries where any were posted."""

    sale: Sale
    rule: Rule
    candidates: Sequence[Candidate]
    parts: Sequence[tuple[Sold, Decimal, Decimal]]  # of each line, what is credited of the sale, and what is left of it
    credits: Sequence[Credit]

    @cached_property
    def taken(self) -> list[Candidate]:
        return [candidate for candidate in self.candidates if candidate.is_taken]

    @property
    def is_cut(self) -> bool:
        """Whether there were more touches than are looked at."""
        return len(self.candidates) == MOST

    @property
    def value(self) -> Decimal:
        return sum((line.value for line, _, _ in self.parts), ZERO)

    @property
    def sold(self) -> Decimal:
        """What is credited of the sale."""
        return sum((sold for _, sold, _ in self.parts), ZERO)

    @property
    def amount(self) -> Decimal:
        """What is credited now, refunds taken back."""
        return sum((left for _, _, left in self.parts), ZERO)


def explain(sale: Sale, *, rule: Rule = DEFAULT) -> Trail:
    """Return the trail of a sale under a rule, with the entries posted for it where it is the default one."""
    met = gather(sale, rule)
    touches = [each.touch for each in met if each.may_count]
    judged = [_judge(sale, line, touches, met, rule) for line in sale.lines]
    campaigns = Campaign.objects.in_bulk({each.event.campaign_id for each in met})
    candidates = [
        Candidate(each, campaigns.get(each.event.campaign_id), sale.at - each.event.at, [v[place] for _, v in judged])
        for place, each in enumerate(met)
    ]
    parts = [(line, *amounts) for line, (amounts, _) in zip(sale.lines, judged, strict=True)]
    return Trail(sale, rule, candidates, parts, posted(sale.order_code) if rule.version == DEFAULT.version else [])


def posted(order_code: str) -> list[Credit]:
    """Return the credits of an order as they were posted."""
    found = Credit.objects.filter(line__conversion__order_code=order_code, rule=DEFAULT.name)
    return list(found.select_related("campaign", "line", "ad__product").order_by("pk"))


def sale_of(order_code: str) -> Sale | None:
    """Return a paid order as it is credited, with what was known when it was paid; None where none is recorded."""
    found = Conversion.objects.filter(order_code=order_code).first()
    if found is None:
        return None
    lines = found.lines.annotate(back=Sum("refunds__amount", default=ZERO)).order_by("pk")
    return Sale(
        order_code, found.merchant_id, found.currency, found.shopper, found.placed_at, found.at,
        [_sold(found.merchant_id, line) for line in lines],
    )  # fmt: skip


def _sold(merchant: int, line: ConversionLine) -> Sold:
    goods = Goods(merchant, line.product_id, line.brand, line.category_id, line.variant_id)
    return Sold(line.line_code, goods, line.value, max(line.value - line.back, ZERO))


def _judge(
    sale: Sale, sold: Sold, touches: Sequence[Touch], met: Sequence[Met], rule: Rule
) -> tuple[tuple[Decimal, Decimal], list[Verdict]]:
    """Return what is credited of a line and what is left of that, and the verdict on each touch."""
    line = Line(sold.goods, sold.value, sale.currency)
    shares = credit(touches, line, at=sale.at, rule=rule)
    left = {_key(share): share for share in credit(touches, replace(line, value=sold.left), at=sale.at, rule=rule)}
    taken = {_key(share): _taken(share, left[_key(share)], weight) for share, weight in _weighed(shares, rule, sale.at)}
    chosen = [share.touch for share in shares if share.touch]
    viewed = {each.event.token for each in met if each.event.kind == EventKind.VIEWABLE}
    verdicts = [taken.get(_of(each.touch)) or _left(each, chosen, line, rule, sale.at, viewed) for each in met]
    return (_sum(shares), _sum(left.values())), verdicts


def _sum(shares: Iterable[Share]) -> Decimal:
    return sum((share.amount for share in shares), ZERO)


def _of(touch: Touch) -> Key:
    return touch.token, touch.kind


def _key(share: Share) -> Key | None:
    return _of(share.touch) if share.touch else None


def _weighed(shares: Sequence[Share], rule: Rule, at: datetime) -> list[tuple[Share, Decimal]]:
    """Return shares with the weights of their touches, the heaviest being 1."""
    if not shares or shares[0].touch is None:
        return []
    weights = weigh(rule, [at - share.touch.at for share in shares])
    return [(share, Decimal(weight) / max(weights)) for share, weight in zip(shares, weights, strict=True)]


def _taken(share: Share, left: Share, weight: Decimal) -> Verdict:
    why = Why.TAKEN if share.share or share.amount else Why.FAINT
    return Verdict(why, share.share, share.amount, left.amount, weight)


def _left(met: Met, chosen: Sequence[Touch], line: Line, rule: Rule, at: datetime, viewed: Collection[UUID]) -> Verdict:
    """Return why a touch has no part of a line."""
    touch, counted, age = met.touch, rule.counted(met.touch.kind), at - met.touch.at
    if rule.model is Model.EVERYTHING:
        return Verdict(Why.EVERYTHING)
    if not met.device.is_theirs:
        return Verdict(Why.NOT_THEIRS)
    if age < timedelta(0):
        return Verdict(Why.AFTER)
    if not met.event.is_valid:
        return Verdict(Why.INVALID)
    if counted is None:
        is_unseen = touch.kind == EventKind.IMPRESSION and touch.token not in viewed
        return Verdict(Why.NOT_VIEWABLE if is_unseen else Why.KIND)
    if age > counted.window:
        return Verdict(Why.WINDOW, beyond=age - counted.window)
    if not is_within(counted.scope, touch.goods, line.goods):
        return Verdict(Why.SCOPE, scope=counted.scope)
    return Verdict(_behind(touch, counted, chosen, line, rule))


def _behind(touch: Touch, counted: Counted, chosen: Sequence[Touch], line: Line, rule: Rule) -> Why:
    """Return what the touches that were chosen have before one that is eligible too."""
    if rule.model is Model.CLAIMED:
        rivals = [each for each in chosen if each.campaign == touch.campaign]
        return Why.TIE if rivals[0].at == touch.at else Why.CAMPAIGN
    if counted.rank > rule.counted(chosen[0].kind).rank:
        return Why.RANK
    is_far = relevance(touch.goods, line.goods) > relevance(chosen[0].goods, line.goods)
    if rule.model is Model.LAST and rule.by_relevance and is_far:
        return Why.RELEVANCE
    if touch.at == chosen[0].at:
        return Why.TIE
    return Why.RECENCY if rule.model is Model.LAST else Why.EARLIER
