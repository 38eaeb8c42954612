"""What benchmarks find in the database: merchants, goods, money and history, written set by set."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from ads.models import Ad, AdGroup, Campaign
from chengfeng import ledger
from chengfeng.models import Account
from shops.catalogue import prices
from shops.models import Merchant, Product, StockMove, Variant

numbers = count(1)


def merchants(number: int, *, at: datetime, **fields) -> list[Merchant]:
    """Open some shops."""
    named = [(f"shop-{next(numbers)}", at) for _ in range(number)]
    return Merchant.objects.bulk_create(
        Merchant(slug=slug, name=slug.title(), created_at=opened, **fields) for slug, opened in named
    )


def funded(number: int, *, at: datetime, amount: Decimal = Decimal(1_000_000)) -> list[Account]:
    """Open some shops and fill their wallets; return the wallets."""
    return fund(merchants(number, at=at), at=at, amount=amount)


def fund(shops: Sequence[Merchant], *, at: datetime, amount: Decimal = Decimal(1_000_000)) -> list[Account]:
    """Fill the wallets of merchants; return the wallets."""
    outside = ledger.account(Account.Kind.OUTSIDE, currency="CNY")
    wallets = [ledger.account(Account.Kind.WALLET, owner=shop.code, currency="CNY") for shop in shops]
    ledger.post_many(
        [
            ledger.Posting("top_up", f"opening:{wallet.owner}", at, {outside: -amount, wallet: amount})
            for wallet in wallets
        ]
    )
    return wallets


def variants(merchant: Merchant, number: int, *, stock: int, at: datetime) -> list[Variant]:
    """Put some products of one variant each on a merchant's shelf."""
    products = Product.objects.bulk_create(
        Product(
            merchant=merchant, external_id=f"P{n}", title=f"Product {n}", created_at=at, updated_at=at,
        )
        for n in range(number)
    )  # fmt: skip
    made = Variant.objects.bulk_create(
        Variant(merchant=merchant, product=product, sku=f"S{n}", price=Decimal(100), on_hand=stock)
        for n, product in enumerate(products)
    )
    StockMove.objects.bulk_create(
        StockMove(merchant=merchant, variant=variant, kind="receipt", quantity=stock, cause="opening", at=at)
        for variant in made
    )
    prices.note(made, at=at, by=None, cause="opening")
    return made


def ads(shops: Sequence[Merchant], *, campaigns: int, ads_each: int, at: datetime) -> list[Ad]:
    """Let every shop run campaigns with some ads each, all of them live and able to pay; return the ads."""
    fund(shops, at=at)
    live = {"state": Campaign.State.ACTIVE, "starts_at": at - timedelta(days=400), "created_at": at, "updated_at": at}
    money = {"bid": Decimal("1.50"), "daily_budget": Decimal(100_000)}
    made = []
    for shop in shops:
        shelf = iter(variants(shop, campaigns * ads_each, stock=1000, at=at))
        running = Campaign.objects.bulk_create(
            Campaign(merchant=shop, name=f"Campaign {n}", **live, **money) for n in range(campaigns)
        )
        groups = AdGroup.objects.bulk_create(
            AdGroup(merchant=shop, campaign=campaign, name=campaign.name, created_at=at) for campaign in running
        )
        made += [
            Ad(merchant=shop, campaign=group.campaign, group=group, product=next(shelf).product, created_at=at)
            for group in groups
            for _ in range(ads_each)
        ]
    return Ad.objects.bulk_create(made)
