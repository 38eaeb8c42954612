"""Makes the rows that tests need, complete enough to pass every constraint of the database."""

import itertools
import uuid
from datetime import UTC, datetime
from decimal import Decimal

from chengfeng import ledger
from chengfeng.models import Account
from shops.catalogue import prices
from shops.models import (
    Category,
    HookEndpoint,
    Membership,
    Merchant,
    Product,
    Promotion,
    PromotionProduct,
    Review,
    StockMove,
    User,
    Variant,
)

AT = datetime(2026, 3, 10, 4, tzinfo=UTC)
numbers = itertools.count(1)


def person(name: str, **fields) -> User:
    return User.objects.create_user(f"{name}@example.org", "correct horse", name=name.title(), **fields)


def merchant(name: str = "A shop", **fields) -> Merchant:
    return Merchant.objects.create(**{"name": name, "slug": f"shop-{next(numbers)}", "created_at": AT, **fields})


def member(merchant: Merchant, name: str, role: str) -> User:
    user = person(name)
    Membership.objects.create(merchant=merchant, user=user, role=role, created_at=AT)
    return user


def category(slug: str = "fashion", **fields) -> Category:
    return Category.objects.get_or_create(slug=slug, defaults={"name": slug.title(), **fields})[0]


def product(merchant: Merchant, **fields) -> Product:
    number = next(numbers)
    defaults = {"external_id": f"P{number}", "title": f"Product {number}", "created_at": AT, "updated_at": AT}
    return Product.objects.create(merchant=merchant, **defaults | fields)


def variant(merchant: Merchant, *, stock: int = 10, price: str = "100", **fields) -> Variant:
    """A variant with `stock` units received, of a product of its own unless one is given."""
    fields.setdefault("product", None)
    fields["product"] = fields["product"] or product(merchant)
    made = Variant.objects.create(
        **{"merchant": merchant, "sku": f"S{next(numbers)}", "price": Decimal(price), "on_hand": stock, **fields}
    )
    prices.note([made], at=AT, by=None, cause="opening")
    if stock:
        StockMove.objects.create(
            merchant=merchant, variant=made, kind="receipt", quantity=stock, cause="opening", at=AT
        )
    return made


def promotion(merchant: Merchant | None = None, *products: Product, **fields) -> Promotion:
    """A running promotion: 10 off from 100, a spend-and-save one unless fields say otherwise."""
    defaults = {
        "kind": "threshold", "benefit": "fixed", "amount": Decimal(10), "threshold": Decimal(100), "state": "active",
        "title": f"Promotion {next(numbers)}", "currency": "CNY", "starts_at": AT, "created_at": AT,
    }  # fmt: skip
    made = Promotion.objects.create(merchant=merchant, **defaults | fields)
    for product in products:
        PromotionProduct.objects.create(promotion=made, product=product)
    return made


def review(variant: Variant, **fields) -> Review:
    defaults = {
        "cause": f"oln_{next(numbers)}", "shopper": uuid.uuid4(), "author": "S***m", "stars": 5, "created_at": AT
    }  # fmt: skip
    merchant, product = variant.merchant, variant.product
    return Review.objects.create(merchant=merchant, product=product, variant=variant, **defaults | fields)


def endpoint(merchant: Merchant, *events: str, **fields) -> HookEndpoint:
    """An endpoint that wants to know of paid orders unless other events are named."""
    defaults = {"url": "https://program.example/hooks", "events": list(events or ["order.paid"]), "created_at": AT}
    return HookEndpoint.objects.create(merchant=merchant, **defaults | fields)


def shopper() -> uuid.UUID:
    return uuid.uuid4()


def fund(merchant: Merchant, amount: str = "1000", *, at: datetime = AT) -> Account:
    """Put money into a merchant's wallet by a transfer."""
    wallet = ledger.account(Account.Kind.WALLET, owner=merchant.code, currency=merchant.currency)
    outside = ledger.account(Account.Kind.OUTSIDE, currency=merchant.currency)
    ledger.post(
        kind="top_up", reference=f"test:{next(numbers)}", at=at,
        entries={outside: -Decimal(amount), wallet: Decimal(amount)},
    )  # fmt: skip
    return wallet
