"""Makes audiences, and what shoppers did, for tests."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from ads import partitions
from ads.models import Audience, Behaviour, Conversion, ConversionLine
from shops.models import Merchant, Product
from tests import factories
from tests.factories import AT, numbers


def audience(merchant: Merchant, *kinds: str, days: int = 7, products: Sequence[Product] = (), **fields) -> Audience:
    """An audience that was not counted yet."""
    name = f"Audience {next(numbers)}"
    defaults = {"name": name, "kinds": list(kinds) or ["view"], "days": days, "created_at": AT}
    made = Audience.objects.create(merchant=merchant, **defaults | fields)
    made.products.set(products)
    return made


def did(kind: str, product: Product, *, shopper: uuid.UUID | None = None, at: datetime = AT) -> uuid.UUID:
    """Somebody did something with a product, past all rules; return who."""
    shopper = shopper or uuid.uuid4()
    partitions.ensure(at.date(), at.date())
    Behaviour.objects.create(
        day=at.date(), shopper=shopper, kind=kind, product=product, merchant=product.merchant, at=at
    )
    return shopper


def bought(*products: Product, shopper: uuid.UUID | None = None, at: datetime = AT) -> uuid.UUID:
    """Somebody paid for products of one merchant; return who."""
    shopper = shopper or uuid.uuid4()
    conversion = Conversion.objects.create(
        merchant=products[0].merchant, order_code=f"ord_{next(numbers)}", shopper=shopper, currency="CNY",
        value=Decimal(len(products)), is_new=True, placed_at=at, at=at,
    )  # fmt: skip
    for product in products:
        code = f"oln_{next(numbers)}"
        ConversionLine.objects.create(
            conversion=conversion,
            line_code=code,
            product=product,
            quantity=1,
            value=Decimal(1),
            is_new_to_brand=True,
            variant=product.variants.first() or factories.variant(product.merchant, product=product),
        )
    return shopper
