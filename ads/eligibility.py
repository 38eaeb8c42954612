"""Why a campaign, a group or an ad is not serving: every reason at once, from the facts that the auction goes by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, Min, OuterRef, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _

from chengfeng.periods import local_date
from shops.models import Merchant, Note, Product, Variant

from . import wallet
from .campaigns.objectives import terms
from .models import (
    AccountDay,
    Ad,
    AdAccount,
    AdGroup,
    Campaign,
    CampaignDay,
    CampaignTotal,
    Keyword,
    Placement,
    Steering,
)


class Obstacle(TextChoices):
    """A reason for not serving."""

    PAUSED = "paused", _("Paused")
    ARCHIVED = "archived", _("Archived")
    MERCHANT_NOT_OPEN = "merchant_not_open", _("The shop is not open")
    CURRENCY_NOT_TRADED = "currency_not_traded", _("Auctions do not know the shop's currency")
    OBJECTIVE_NOT_OPEN = "objective_not_open", _("The objective is not open yet")
    NOT_STARTED = "not_started", _("Not started yet")
    ENDED = "ended", _("Ended")
    OUT_OF_SCHEDULE = "out_of_schedule", _("Outside its hours")
    BUDGET_SPENT = "budget_spent", _("Today's budget is spent")
    TOTAL_SPENT = "total_spent", _("The total budget is spent")
    ACCOUNT_SPENT = "account_spent", _("Today's budget of all campaigns is spent")
    NO_BALANCE = "no_balance", _("The wallet is empty")
    GROUP_PAUSED = "group_paused", _("The ad group is paused")
    PLACEMENT_MISMATCH = "placement_mismatch", _("Keywords only, but not shown in search results")
    NO_PRODUCT = "no_product", _("No product chosen")
    NOT_ON_SALE = "not_on_sale", _("No product on sale")
    NOTE_NOT_PUBLISHED = "note_not_published", _("The note is not published")
    PRICE_MISSING = "price_missing", _("The product has no price")
    OUT_OF_STOCK = "out_of_stock", _("Out of stock")
    REVIEW_PENDING = "review_pending", _("Under review")
    REVIEW_REJECTED = "review_rejected", _("Rejected in review")


class Caution(TextChoices):
    """What holds a campaign back that serves nevertheless."""

    LEARNING = "learning", _("Learning")
    LEARNING_FAILED = "learning_failed", _("Could not learn: too few conversions")
    LIMITED_BY_BUDGET = "limited_by_budget", _("Limited by the budget")
    BUDGET_SHORT = "budget_short", _("Less than a tenth of today's budget is left")


PHASES = {
    Steering.Phase.LEARNING: Caution.LEARNING,
    Steering.Phase.FAILED: Caution.LEARNING_FAILED,
    Steering.Phase.LIMITED: Caution.LIMITED_BY_BUDGET,
}
SHORT = Decimal("0.1")


@dataclass(slots=True)
class Findings:
    """Why a campaign, its groups and its ads (by pk) do not serve; who has no reason serves."""

    campaign: list[Obstacle] = field(default_factory=list)
    cautions: list[Caution] = field(default_factory=list)
    groups: dict[int, list[Obstacle]] = field(default_factory=dict)
    ads: dict[int, list[Obstacle]] = field(default_factory=dict)


def obstacles(merchant: Merchant, campaigns: Sequence[Campaign], *, at: datetime) -> dict[int, list[Obstacle]]:
    """Return by campaign of a merchant why it does not serve at that instant; an empty list means that it does."""
    for campaign in campaigns:
        campaign.merchant = merchant
    return {pk: found.campaign for pk, found in findings(campaigns, at=at).items()}


def findings(campaigns: Sequence[Campaign], *, at: datetime) -> dict[int, Findings]:
    """Return by campaign all that keeps it, its groups and its ads from serving at that instant.

    The campaigns may be of several merchants, which are loaded with them; the statements do not grow in number.
    """
    facts = _Facts(campaigns, at)
    return {campaign.pk: _of_campaign(campaign, facts, at) for campaign in campaigns}


def _of_campaign(campaign: Campaign, facts: "_Facts", at: datetime) -> Findings:
    groups = facts.groups[campaign.pk]
    own = [
        *_of_state(campaign),
        *_of_time(campaign, at),
        *facts.money(campaign),
    ]
    of_ads = {ad.pk: _of_ad(ad) for group in groups for ad in facts.ads[group.pk]}
    of_groups = {group.pk: _of_group(group, campaign, facts.ads[group.pk], of_ads, facts) for group in groups}
    goods = _common(of_groups.values()) if groups else [Obstacle.NO_PRODUCT]
    return Findings([*own, *goods], facts.cautions(campaign), of_groups, of_ads)


def _of_state(campaign: Campaign) -> list[Obstacle]:
    merchant = campaign.merchant
    return [
        *([] if campaign.state == Campaign.State.ACTIVE else [Obstacle(campaign.state)]),
        *([] if merchant.state == Merchant.State.OPEN else [Obstacle.MERCHANT_NOT_OPEN]),
        *([] if merchant.currency in settings.AUCTION_RATES else [Obstacle.CURRENCY_NOT_TRADED]),
        *([] if terms(campaign.objective).is_open else [Obstacle.OBJECTIVE_NOT_OPEN]),
    ]


def _of_time(campaign: Campaign, at: datetime) -> list[Obstacle]:
    if at < campaign.starts_at:
        return [Obstacle.NOT_STARTED]
    if campaign.ends_at and campaign.ends_at <= at:
        return [Obstacle.ENDED]
    local = at.astimezone(ZoneInfo(campaign.merchant.time_zone))
    return [] if campaign.hours[local.weekday() * 24 + local.hour] == "1" else [Obstacle.OUT_OF_SCHEDULE]


def _of_group(
    group: AdGroup, campaign: Campaign, ads: Iterable[Ad], of_ads: Mapping[int, list[Obstacle]], facts: "_Facts"
) -> list[Obstacle]:
    """Judge a group: it serves when it runs, can be reached, and one of its active ads has nothing against it."""
    if group.state == AdGroup.State.PAUSED:
        return [Obstacle.GROUP_PAUSED]
    active = [of_ads[ad.pk] for ad in ads if ad.state == Ad.State.ACTIVE]
    mismatch = facts.is_search_only(group) and Placement.SEARCH not in campaign.placements
    return [
        *([Obstacle.PLACEMENT_MISMATCH] if mismatch else []),
        *(_common(active) if active else [Obstacle.NO_PRODUCT]),
    ]


def _common(reasons: Iterable[list[Obstacle]]) -> list[Obstacle]:
    """Return nothing when one has no reason against it, else every reason of any, each once, in the order above."""
    reasons = list(reasons)
    if not all(reasons):
        return []
    found = {obstacle for each in reasons for obstacle in each}
    return [obstacle for obstacle in Obstacle if obstacle in found]


def _of_ad(ad: Ad) -> list[Obstacle]:
    return [
        *([Obstacle.PAUSED] if ad.state == Ad.State.PAUSED else []),
        *([] if ad.product_state == Product.State.ACTIVE else [Obstacle.NOT_ON_SALE]),
        *([] if ad.note_state in (None, Note.State.PUBLISHED) else [Obstacle.NOTE_NOT_PUBLISHED]),
        *([] if ad.price is not None else [Obstacle.PRICE_MISSING]),
        *([] if ad.in_stock else [Obstacle.OUT_OF_STOCK]),
        *([Obstacle.REVIEW_PENDING] if ad.review == Ad.Review.PENDING else []),
        *([Obstacle.REVIEW_REJECTED] if ad.review == Ad.Review.REJECTED else []),
    ]


class _Facts:
    """What stands behind some campaigns, read table by table."""

    def __init__(self, campaigns: Sequence[Campaign], at: datetime):
        keys = [campaign.pk for campaign in campaigns]
        self.today = {campaign.pk: local_date(at, campaign.merchant.time_zone) for campaign in campaigns}
        days = set(self.today.values())
        self.spendable = wallet.spendable(keys, at=at)
        self.days = {(d.campaign_id, d.day): d for d in CampaignDay.objects.filter(campaign__in=keys, day__in=days)}
        self.totals = dict(CampaignTotal.objects.filter(campaign__in=keys).values_list("campaign", "spent"))
        merchants = {campaign.merchant_id for campaign in campaigns}
        self.accounts = _spent_accounts(merchants, days)
        self.phases = dict(Steering.objects.filter(campaign__in=keys).values_list("campaign", "phase"))
        self.groups, self.ads = _groups(keys), _ads(keys)

    def money(self, campaign: Campaign) -> list[Obstacle]:
        today = self.today[campaign.pk]
        day, total = self.days.get((campaign.pk, today)), self.totals.get(campaign.pk, 0)
        is_total_spent = campaign.total_budget is not None and total >= campaign.total_budget
        return [
            *([Obstacle.BUDGET_SPENT] if day and day.spent >= day.budget else []),
            *([Obstacle.TOTAL_SPENT] if is_total_spent else []),
            *([Obstacle.ACCOUNT_SPENT] if (campaign.merchant_id, today) in self.accounts else []),
            *([Obstacle.NO_BALANCE] if self.spendable.get(campaign.pk, 0) <= 0 else []),
        ]

    def cautions(self, campaign: Campaign) -> list[Caution]:
        day = self.days.get((campaign.pk, self.today[campaign.pk]))
        is_short = day and 0 < day.budget - day.spent < day.budget * SHORT
        automatic = campaign.bid_mode not in (Campaign.BidMode.CPC, Campaign.BidMode.CPM)
        phase = PHASES.get(self.phases.get(campaign.pk)) if automatic else None
        return [*([phase] if phase else []), *([Caution.BUDGET_SHORT] if is_short else [])]

    def is_search_only(self, group: AdGroup) -> bool:
        return group.has_keywords and not group.has_categories


def _spent_accounts(merchants: set[int], days: set[date]) -> set[tuple[int, date]]:
    """Return the merchants and days whose budget of all campaigns is spent, where one is set."""
    bounded = AdAccount.objects.filter(merchant__in=merchants, daily_budget__isnull=False)
    rows = AccountDay.objects.filter(merchant__in=bounded.values("merchant"), day__in=days, spent__gte=F("budget"))
    return set(rows.values_list("merchant_id", "day"))


def _groups(campaigns: Sequence[int]) -> Mapping[int, list[AdGroup]]:
    """Return by campaign the groups that are not archived, each knowing how it is targeted."""
    words = Keyword.objects.filter(group=OuterRef("pk"))
    categories = AdGroup.categories.through.objects.filter(adgroup=OuterRef("pk"))
    rows = AdGroup.objects.filter(campaign__in=campaigns).exclude(state=AdGroup.State.ARCHIVED)
    rows = rows.annotate(has_keywords=Exists(words), has_categories=Exists(categories)).order_by("pk")
    found = defaultdict(list)
    for group in rows:
        found[group.campaign_id].append(group)
    return found


def _ads(campaigns: Sequence[int]) -> Mapping[int, list[Ad]]:
    """Return by group the ads, each knowing its product's and note's state, price, and whether it is in stock."""
    on_sale = Variant.objects.filter(product=OuterRef("product"), is_active=True)
    price = on_sale.values("product").annotate(least=Min("price")).values("least")
    rows = Ad.objects.filter(campaign__in=campaigns).annotate(
        product_state=F("product__state"),
        note_state=F("note__state"),
        price=Subquery(price),
        in_stock=Exists(on_sale.filter(on_hand__gt=F("reserved"))),
    )
    found = defaultdict(list)
    for ad in rows.order_by("pk"):
        found[ad.group_id].append(ad)
    return found
