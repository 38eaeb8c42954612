"""Reads the running ads from the database for the index: what rarely changes, and what changes all the time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max, Sum

from shops.models import Category, Merchant, Product

from ..models import Ad, AdDay, AdGroup, Campaign, Keyword
from .index import Candidate, Card, Shop, Standing
from .prediction import predict

MEMORY = timedelta(days=28)


def fingerprint() -> tuple:
    """Return a value that changes whenever a campaign was made, edited, started or stopped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(updated_at), sum(version) FROM ads_campaign")
        return cursor.fetchone()


def read_candidates() -> list[Candidate]:
    """Read every active ad of an active campaign, of merchants whose currency has a rate."""
    ads = Ad.objects.filter(
        state=Ad.State.ACTIVE, campaign__state=Campaign.State.ACTIVE, merchant__currency__in=settings.AUCTION_RATES
    )
    ads = list(ads.select_related("campaign__merchant", "product").order_by("pk"))
    probability = predict(counts(), {ad.pk: ad.product.category_id for ad in ads})
    targets, keywords = _targets(), _keywords()
    return [_candidate(ad, probability[ad.pk], targets[ad.group_id], keywords[ad.group_id]) for ad in ads]


def _candidate(ad: Ad, pctr: float, categories: set[int], keywords: list[tuple[str, str]]) -> Candidate:
    campaign, product, merchant = ad.campaign, ad.product, ad.campaign.merchant
    return Candidate(
        ad=ad.pk, group=ad.group_id, campaign=campaign.pk, merchant=merchant.pk,
        product=product.pk, product_code=product.code,
        bid=campaign.bid, daily_budget=campaign.daily_budget, pctr=pctr,
        title=f"{product.title} {product.title_en} {product.brand}",
        currency=merchant.currency, rate=settings.AUCTION_RATES[merchant.currency],
        time_zone=merchant.time_zone, starts_at=campaign.starts_at, ends_at=campaign.ends_at, hours=campaign.hours,
        categories=frozenset(categories), keywords=tuple(keywords), card=_card(product, merchant),
    )  # fmt: skip


def _card(product: Product, merchant: Merchant) -> Card:
    return Card(
        code=product.code, title=product.title, title_en=product.title_en, currency=merchant.currency,
        image=product.image.url if product.image else "", merchant=Shop(merchant.slug, merchant.name, merchant.name_en),
    )  # fmt: skip


def _targets() -> Mapping[int, set[int]]:
    targets = defaultdict(set)
    links = AdGroup.categories.through.objects.filter(adgroup__campaign__state=Campaign.State.ACTIVE)
    for group, category in links.values_list("adgroup_id", "category_id"):
        targets[group].add(category)
    return targets


def _keywords() -> Mapping[int, list[tuple[str, str]]]:
    keywords = defaultdict(list)
    rows = Keyword.objects.filter(group__campaign__state=Campaign.State.ACTIVE).order_by("pk")
    for group, text, match in rows.values_list("group_id", "text", "match"):
        keywords[group].append((text, match))
    return keywords


def counts() -> dict[int, tuple[int, int]]:
    """Return clicks and impressions by ad over the last 28 days that were counted."""
    newest = AdDay.objects.aggregate(day=Max("day"))["day"]
    if newest is None:
        return {}
    sums = AdDay.objects.filter(day__gt=newest - MEMORY).values_list("ad")
    return {ad: (clicks, seen) for ad, clicks, seen in sums.annotate(Sum("clicks"), Sum("impressions"))}


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


def read_standings(ads: Sequence[int]) -> dict[int, Standing]:
    """Read in one statement what stands behind each ad now."""
    with connection.cursor() as cursor:
        cursor.execute(STANDINGS, [list(ads)])
        return {ad: Standing(*rest) for ad, *rest in cursor.fetchall()}


STANDINGS = """
SELECT ad.id,
    ad.state = 'active' AND campaign.state = 'active' AND product.state = 'active' AND merchant.state = 'open'
        AND stock.units > 0,
    coalesce(wallet.balance, 0), spending.day, coalesce(spending.budget - spending.spent, 0), stock.price
FROM ads_ad ad
JOIN ads_campaign campaign ON campaign.id = ad.campaign_id
JOIN shops_merchant merchant ON merchant.id = ad.merchant_id
JOIN shops_product product ON product.id = ad.product_id
LEFT JOIN chengfeng_account wallet
    ON wallet.kind = 'wallet' AND wallet.owner = merchant.code AND wallet.currency = merchant.currency
CROSS JOIN LATERAL (
    SELECT coalesce(sum(on_hand - reserved), 0) AS units, min(price) AS price
    FROM shops_variant variant WHERE variant.product_id = product.id AND variant.is_active
) stock
LEFT JOIN LATERAL (
    SELECT day, budget, spent FROM ads_campaignday WHERE campaign_id = campaign.id ORDER BY day DESC LIMIT 1
) spending ON true
WHERE ad.id = ANY(%s)
"""
