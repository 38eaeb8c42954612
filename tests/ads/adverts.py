"""Makes campaigns, ads and events for tests of the ads room."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from ads import partitions, tokens
from ads.attribution import SoldLine, converting
from ads.models import Ad, AdGroup, Campaign, Credit, Event
from ads.tokens import AdToken
from ads.validity import Visitor
from chengfeng import sql
from shops.models import Merchant, Product
from shops.people.rights import Right
from shops.tenancy import Access
from tests import factories
from tests.factories import AT

BROWSER = Visitor(agent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")


def product(merchant: Merchant, *, stock: int = 10, **fields) -> Product:
    """A product on sale with one variant in stock."""
    made = factories.product(merchant, **fields)
    factories.variant(merchant, product=made, stock=stock)
    return made


def owner_of(merchant: Merchant) -> Access:
    """All rights for a merchant, held by nobody in particular."""
    return Access(merchant, frozenset(Right))


def campaign(merchant: Merchant, *, bid: str = "1", budget: str = "100", **fields) -> Campaign:
    defaults = {
        "name": "Spring", "state": "active", "starts_at": AT - timedelta(days=30), "created_at": AT, "updated_at": AT,
        "bid": Decimal(bid), "daily_budget": Decimal(budget),
    }  # fmt: skip
    return Campaign.objects.create(merchant=merchant, **defaults | fields)


def group(campaign: Campaign) -> AdGroup:
    """The campaign's group, made if it has none."""
    return campaign.groups.first() or AdGroup.objects.create(
        merchant=campaign.merchant, campaign=campaign, name=campaign.name, created_at=AT
    )


def ad(merchant: Merchant, *, advertised: Product | None = None, of: Campaign | None = None, **fields) -> Ad:
    """An ad of a campaign of its own (made with `fields`), for a product of its own, unless these are given."""
    parent = of or campaign(merchant, **fields)
    return Ad.objects.create(
        merchant=merchant, campaign=parent, group=group(parent), product=advertised or product(merchant), created_at=AT
    )


def event(ad: Ad, *, shopper: uuid.UUID, at: datetime = AT, kind: str = "click", **fields) -> Event:
    """An event stored as it is, past all rules."""
    day = fields.pop("day", at.date())
    partitions.ensure(day, day)
    defaults = {
        "token": uuid.uuid4(), "placement": "feed", "position": 1, "bid": ad.campaign.bid, "price": Decimal("0.5"),
        "decided_at": at, "received_at": at,
    }  # fmt: skip
    return Event.objects.create(
        day=day, kind=kind, merchant=ad.merchant, campaign=ad.campaign, ad=ad, product=ad.product, shopper=shopper,
        at=at, **defaults | fields,
    )  # fmt: skip


def sold(line_code: str, product: Product, value: Decimal | str) -> SoldLine:
    """A line of a paid order: one unit of a product's first variant."""
    variant = product.variants.first() or factories.variant(product.merchant, product=product)
    return SoldLine(line_code, product.pk, variant.pk, 1, Decimal(value))


def convert(*, order_code: str, **sale) -> list[Credit]:
    """An order that was paid, as the ads see it; returns what it is credited with."""
    with transaction.atomic():
        sql.together(converting(order_code=order_code, **{"placed_at": sale["at"]} | sale))
    return list(Credit.objects.filter(cause=order_code, reason="initial").order_by("pk"))


def token(ad: Ad, *, shopper: uuid.UUID | None = None, at: datetime = AT - timedelta(seconds=1), **fields) -> AdToken:
    """A token as the auction gives it, for a shopper of its own unless one is given."""
    price = Decimal(fields.pop("price", "0.5"))
    return AdToken(
        tokens.new_id(), shopper or uuid.uuid4(), ad.pk, ad.campaign_id, ad.merchant_id, ad.product_id,
        ad.campaign.bid, price, "feed", 1, at, **fields,
    )  # fmt: skip


def served(ad: Ad, **fields) -> str:
    """The sealed token of an ad shown a second ago."""
    return tokens.seal(token(ad, **fields))
