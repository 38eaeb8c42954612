"""Reads the running ads for the roster: all of them at first, then those of campaigns in which anything has changed."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal

from django.conf import settings

from chengfeng import sql
from shops.models import Category, Merchant, Note, Product

from ..models import (
    Ad,
    AdGroup,
    Campaign,
    GroupAudience,
    Keyword,
    NegativeKeyword,
    PlacementModifier,
    PromotionDays,
)
from ..prediction import AdFacts
from .candidates import Candidate, Card, KeywordBid, NoteCard, Promotion, Shop

CHUNK = 100  # campaigns read at once

Marks = dict[int, tuple[int, int]]


def read_marks() -> Marks:
    """Return for every active campaign a mark that changes whenever it, or anything that its ads are made of, does.

    The mark is how many rows there are and the sum of the transactions that last wrote them.
    """
    return {campaign: mark for campaign, *mark in sql.rows(MARKS)}


MARKS = """
WITH running AS (
    SELECT id, merchant_id, xmin::text::bigint AS written FROM ads_campaign WHERE state = 'active'
), parts AS (
    SELECT id AS campaign, written FROM running
    UNION ALL SELECT running.id, merchant.xmin::text::bigint
        FROM running JOIN shops_merchant merchant ON merchant.id = running.merchant_id
    UNION ALL SELECT campaign_id, xmin::text::bigint FROM ads_adgroup
    UNION ALL SELECT ad.campaign_id, ad.xmin::text::bigint + product.xmin::text::bigint
            + coalesce(note.xmin::text::bigint, 0)
        FROM ads_ad ad JOIN shops_product product ON product.id = ad.product_id
        LEFT JOIN shops_note note ON note.id = ad.note_id
    UNION ALL SELECT campaign_id, xmin::text::bigint FROM ads_negativekeyword
    UNION ALL SELECT campaign_id, xmin::text::bigint FROM ads_placementmodifier
    UNION ALL SELECT campaign_id, xmin::text::bigint FROM ads_promotiondays
    UNION ALL SELECT own.campaign_id, part.xmin::text::bigint
        FROM ads_keyword part JOIN ads_adgroup own ON own.id = part.group_id
    UNION ALL SELECT own.campaign_id, part.xmin::text::bigint
        FROM ads_groupaudience part JOIN ads_adgroup own ON own.id = part.group_id
    UNION ALL SELECT own.campaign_id, part.xmin::text::bigint
        FROM ads_adgroup_categories part JOIN ads_adgroup own ON own.id = part.adgroup_id
)
SELECT running.id, count(*), sum(parts.written)::bigint
FROM running JOIN parts ON parts.campaign = running.id GROUP BY running.id
"""


def read_candidates(campaigns: Collection[int]) -> dict[int, list[Candidate]]:
    """Read by campaign the active ads of active groups, of merchants whose currency has a rate."""
    keys, found = sorted(campaigns), {}
    for start in range(0, len(keys), CHUNK):
        found |= _chunk(keys[start : start + CHUNK])
    return found


def _chunk(campaigns: Collection[int]) -> dict[int, list[Candidate]]:
    parts, found = _Parts(campaigns), {campaign: [] for campaign in campaigns}
    ads = Ad.objects.filter(campaign__in=parts.campaigns, state=Ad.State.ACTIVE, group__state=AdGroup.State.ACTIVE)
    for ad in ads.select_related("product", "note").order_by("pk"):
        found[ad.campaign_id].append(parts.candidate(ad))
    return found


class _Parts:
    """What the candidates of some campaigns are made of, read table by table."""

    def __init__(self, keys: Collection[int]):
        running = Campaign.objects.filter(
            pk__in=keys, state=Campaign.State.ACTIVE, merchant__currency__in=settings.AUCTION_RATES
        )
        self.campaigns = running.select_related("merchant").in_bulk()
        self.groups = AdGroup.objects.filter(campaign__in=self.campaigns, state=AdGroup.State.ACTIVE).in_bulk()
        self.prices = dict(sql.rows(PRICES, {"campaigns": list(self.campaigns)}))
        self.categories = _sets(
            AdGroup.categories.through.objects.filter(adgroup__in=self.groups).values_list("adgroup", "category")
        )
        self.keywords = _lists(
            (group, KeywordBid(*rest))
            for group, *rest in Keyword.objects.filter(group__in=self.groups)
            .order_by("pk").values_list("group", "pk", "text", "match", "bid")
        )  # fmt: skip
        self.modifiers = defaultdict(dict)
        of_campaigns = {"campaign__in": self.campaigns}
        modifiers = PlacementModifier.objects.filter(**of_campaigns)
        for campaign, placement, percent in modifiers.values_list("campaign", "placement", "percent"):
            self.modifiers[campaign][placement] = percent
        self.promotions = _lists(
            (campaign, Promotion(*rest))
            for campaign, *rest in PromotionDays.objects.filter(**of_campaigns)
            .order_by("pk").values_list("campaign", "first_day", "last_day", "bid_percent", "budget_percent")
        )  # fmt: skip
        self._read_negatives(of_campaigns)
        links = GroupAudience.objects.filter(group__in=self.groups)
        self.audiences = _sets(links.filter(is_excluded=False).values_list("group", "audience"))
        self.left_out = _sets(links.filter(is_excluded=True).values_list("group", "audience"))

    def candidate(self, ad: Ad) -> Candidate:
        campaign, group = self.campaigns[ad.campaign_id], self.groups[ad.group_id]
        product, merchant = ad.product, campaign.merchant
        return Candidate(
            ad=ad.pk, group=group.pk, campaign=campaign.pk, merchant=merchant.pk,
            product=product.pk, product_code=product.code,
            bid=group.bid or campaign.bid, daily_budget=campaign.daily_budget, mode=campaign.bid_mode,
            target=_target(campaign), roi_on=campaign.roi_on,
            title=f"{product.title} {product.title_en} {product.brand} {ad.headline}",
            currency=merchant.currency, rate=settings.AUCTION_RATES[merchant.currency],
            time_zone=merchant.time_zone, starts_at=campaign.starts_at, ends_at=campaign.ends_at,
            hours=campaign.hours, placements=frozenset(campaign.placements),
            modifiers=self.modifiers.get(campaign.pk, {}), promotions=tuple(self.promotions.get(campaign.pk, ())),
            frequency_cap=campaign.frequency_cap, categories=frozenset(self.categories.get(group.pk, ())),
            keywords=tuple(self.keywords.get(group.pk, ())), negatives=tuple(self.negatives.get(campaign.pk, ())),
            group_negatives=tuple(self.group_negatives.get(group.pk, ())),
            audiences=frozenset(self.audiences.get(group.pk, ())), left_out=frozenset(self.left_out.get(group.pk, ())),
            exclude_buyers_days=group.exclude_buyers_days,
            facts=_facts(ad, product, self.prices.get(product.pk)), card=_card(ad, product, merchant),
        )  # fmt: skip

    def _read_negatives(self, of_campaigns: Mapping) -> None:
        rows = NegativeKeyword.objects.filter(**of_campaigns).order_by("pk")
        rows = list(rows.values_list("campaign", "group", "text", "match"))
        self.negatives = _lists((campaign, (text, match)) for campaign, group, text, match in rows if group is None)
        self.group_negatives = _lists((group, (text, match)) for _, group, text, match in rows if group is not None)


PRICES = """
SELECT ad.product_id, min(variant.price)
FROM ads_ad ad JOIN shops_variant variant ON variant.product_id = ad.product_id AND variant.is_active
WHERE ad.campaign_id = ANY(%(campaigns)s) GROUP BY ad.product_id
"""


def read_category_paths() -> dict[str, tuple[int, ...]]:
    """Return for every category's slug its own id and those of the categories above it."""
    nodes = {pk: (slug, parent) for pk, slug, parent in Category.objects.values_list("pk", "slug", "parent_id")}
    paths = {}
    for pk, (slug, parent) in nodes.items():
        path = [pk]
        while parent is not None:
            path.append(parent)
            parent = nodes[parent][1]
        paths[slug] = tuple(path)
    return paths


def read_product_categories() -> dict[str, str]:
    """Return the category's slug of every product on sale that has one."""
    products = Product.objects.filter(state=Product.State.ACTIVE, category__isnull=False)
    return dict(products.values_list("code", "category__slug"))


def _target(campaign: Campaign) -> Decimal | None:
    return campaign.target_roi if campaign.bid_mode == Campaign.BidMode.TARGET_ROI else campaign.target_cost


def _facts(ad: Ad, product: Product, price: Decimal | None) -> AdFacts:
    return AdFacts(
        ad=ad.pk, group=ad.group_id, campaign=ad.campaign_id, merchant=ad.merchant_id, product=product.pk,
        category=product.category_id, brand=product.brand, price=price, note=ad.note_id, headline=ad.headline,
    )  # fmt: skip


def _card(ad: Ad, product: Product, merchant: Merchant) -> Card:
    return Card(
        code=product.code, title=product.title, title_en=product.title_en, currency=merchant.currency,
        image=_address(product), merchant=Shop(merchant.slug, merchant.name, merchant.name_en),
        headline=ad.headline, note=_note(ad.note),
    )  # fmt: skip


def _note(note: Note | None) -> NoteCard | None:
    return note and NoteCard(note.code, note.title, note.title_en, _address(note))


def _address(pictured: Product | Note) -> str:
    return pictured.image.url if pictured.image else ""


def _lists(pairs) -> Mapping[int, list]:
    found = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _sets(pairs) -> Mapping[int, set]:
    return {key: set(values) for key, values in _lists(pairs).items()}
