"""What tests of the ads room begin with: two products, and what the ad buyer and the owner may do."""

import pytest

from shops.models import Product
from shops.tenancy import Access, access_of
from tests.factories import AT

from . import adverts


@pytest.fixture
def goods(shop) -> list[Product]:
    return [adverts.product(shop) for _ in range(2)]


@pytest.fixture
def buyer(shop, dana) -> Access:
    return access_of(dana, shop, at=AT)


@pytest.fixture
def owner(shop, alice) -> Access:
    return access_of(alice, shop, at=AT)
