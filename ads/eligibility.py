"""Why a campaign is not serving: every reason at once, from the same facts that the auction goes by."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, TextChoices
from django.utils.translation import gettext_lazy as _

from chengfeng.periods import local_date
from shops.models import Merchant, Product, Variant

from . import wallet
from .models import Ad, Campaign, CampaignDay


class Obstacle(TextChoices):
    PAUSED = "paused", _("Paused")
    ARCHIVED = "archived", _("Archived")
    MERCHANT_NOT_OPEN = "merchant_not_open", _("The shop is not open")
    NOT_STARTED = "not_started", _("Not started yet")
    ENDED = "ended", _("Ended")
    OUT_OF_SCHEDULE = "out_of_schedule", _("Outside its hours")
    BUDGET_SPENT = "budget_spent", _("Today's budget is spent")
    NO_BALANCE = "no_balance", _("The wallet is empty")
    NO_PRODUCT = "no_product", _("No product chosen")
    NOT_ON_SALE = "not_on_sale", _("No product on sale")
    OUT_OF_STOCK = "out_of_stock", _("Out of stock")


def obstacles(merchant: Merchant, campaigns: Sequence[Campaign], *, at: datetime) -> dict[int, list[Obstacle]]:
    """Return by campaign why it does not serve at that instant; an empty list means that it does."""
    balance = wallet.balance(merchant)
    spent = _spent_up(merchant, campaigns, at)
    goods = _goods(campaigns)
    return {
        campaign.pk: [
            *_of_state(campaign, merchant),
            *_of_time(campaign, merchant, at),
            *([Obstacle.BUDGET_SPENT] if campaign.pk in spent else []),
            *([Obstacle.NO_BALANCE] if balance <= 0 else []),
            *_of_goods(goods[campaign.pk]),
        ]
        for campaign in campaigns
    }


def _of_state(campaign: Campaign, merchant: Merchant) -> list[Obstacle]:
    found = [] if campaign.state == Campaign.State.ACTIVE else [Obstacle(campaign.state)]
    return found if merchant.state == Merchant.State.OPEN else [*found, Obstacle.MERCHANT_NOT_OPEN]


def _of_time(campaign: Campaign, merchant: Merchant, at: datetime) -> list[Obstacle]:
    if at < campaign.starts_at:
        return [Obstacle.NOT_STARTED]
    if campaign.ends_at and campaign.ends_at <= at:
        return [Obstacle.ENDED]
    local = at.astimezone(ZoneInfo(merchant.time_zone))
    return [] if campaign.hours[local.weekday() * 24 + local.hour] == "1" else [Obstacle.OUT_OF_SCHEDULE]


def _of_goods(goods: Sequence[tuple[str, bool]]) -> list[Obstacle]:
    """Judge the advertised products, given as pairs of state and whether in stock."""
    if not goods:
        return [Obstacle.NO_PRODUCT]
    stocked = [in_stock for state, in_stock in goods if state == Product.State.ACTIVE]
    if not stocked:
        return [Obstacle.NOT_ON_SALE]
    return [] if any(stocked) else [Obstacle.OUT_OF_STOCK]


def _spent_up(merchant: Merchant, campaigns: Sequence[Campaign], at: datetime) -> set[int]:
    today = local_date(at, merchant.time_zone)
    rows = CampaignDay.objects.filter(campaign__in=campaigns, day=today, spent__gte=F("budget"))
    return set(rows.values_list("campaign_id", flat=True))


def _goods(campaigns: Sequence[Campaign]) -> dict[int, list[tuple[str, bool]]]:
    in_stock = Variant.objects.filter(product=OuterRef("product"), is_active=True, on_hand__gt=F("reserved"))
    ads = Ad.objects.filter(campaign__in=campaigns, state=Ad.State.ACTIVE).annotate(in_stock=Exists(in_stock))
    goods = defaultdict(list)
    for campaign, state, stocked in ads.values_list("campaign_id", "product__state", "in_stock"):
        goods[campaign].append((state, stocked))
    return goods
