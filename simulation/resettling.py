"""Resettles a real marketplace here: its sellers become merchants, its products the catalogue of the Olist files."""

import csv
import io
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.core.files.base import ContentFile
from tqdm import tqdm

from ads import partitions, wallet
from chengfeng.codes import new_code
from shops.catalogue.importing import import_file
from shops.models import ApiToken, Category, Membership, Merchant, User
from shops.people.rights import Right, Role
from shops.tenancy import Access
from shops.tokens import digest

from . import filling, olist, people
from .olist import UNLISTED
from .replay import slug
from .specs import CampaignSpec
from .state import State

ADVERTISERS = 80
MANAGED = 12
BID, DAILY_BUDGET = Decimal("0.45"), Decimal(40)


def fill(folder: Path, memory: State) -> None:
    """Fill an empty database with the sellers and products of the files, as of the day before the first sale."""
    files = olist.read(folder)
    opening = files.sales[0].placed_at.replace(hour=0, minute=0, second=0) - timedelta(days=1)
    last = max(sale.delivered_at or sale.placed_at for sale in files.sales)
    partitions.ensure(opening.date(), last.date() + timedelta(days=2))
    operator, manager = people.operator(), people.ka_manager()
    plant(files)
    merchants = settle(files, at=opening)
    largest = [merchants[seller] for seller, _ in revenue(files).most_common()]
    memory.tokens = give_programs(merchants, by=operator, at=opening)
    stock_shelves(files, merchants, at=opening)
    memory.logins = people.staff(largest[0], at=opening)
    owners = own(largest, people.person("seller@demo.example", "Vendedor"), at=opening)
    for merchant in largest[:MANAGED]:
        people.lend(merchant, manager, by=owners, at=opening, until=people.in_a_year(datetime.now(olist.ZONE)))
    advertise(files, largest[:ADVERTISERS], owner=owners, at=opening)
    memory.logins += [
        people.login(manager.email, "key-account manager"),
        people.login(operator.email, "operator (/admin/)"),
        people.login(people.shopper().email, "shopper"),
    ]
    memory.kind, memory.folder, memory.first_day = "olist", str(folder), opening.date().isoformat()


def plant(files: olist.Files) -> None:
    """Plant the categories of the products, the translated ones with their English names."""
    names = {row["product_category_name"] for row in files.products.values()} | set(files.categories)
    Category.objects.bulk_create(
        [
            Category(slug=slug(name), name=readable(name), name_en=readable(files.categories.get(name, "")))
            for name in sorted(names - {""})
        ],
        ignore_conflicts=True,
    )


def readable(name: str) -> str:
    return name.replace("_", " ").capitalize()


def settle(files: olist.Files, *, at: datetime) -> dict[str, Merchant]:
    """Make every seller a merchant, and one more for goods that the files do not name; return them by seller."""
    sellers = dict(files.sellers)
    for seller in {line.seller for sale in files.sales for line in sale.lines} - set(sellers):
        sellers[seller] = {"seller_city": "", "seller_state": ""}
    Merchant.objects.bulk_create(
        [
            Merchant(
                slug=slug(seller), name=shop_name(seller, row["seller_city"]), city=row["seller_city"].title(),
                kind="marketplace seller", currency="BRL", time_zone="America/Sao_Paulo", created_at=at,
            )
            for seller, row in sellers.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    by_slug = {merchant.slug: merchant for merchant in Merchant.objects.all()}
    return {seller: by_slug[slug(seller)] for seller in sellers}


def shop_name(seller: str, city: str) -> str:
    return "Olist (itens não listados)" if seller == UNLISTED else f"{city.title()} {seller[:6]}"


def revenue(files: olist.Files) -> Counter:
    """Return what each named seller sold, in BRL."""
    sold: Counter = Counter()
    for sale in files.sales:
        for line in sale.lines:
            if line.seller != UNLISTED:
                sold[line.seller] += line.unit_price * line.quantity
    return sold


def give_programs(merchants: dict[str, Merchant], *, by: User, at: datetime) -> dict[str, str]:
    """Give every merchant a token; return the secrets by slug."""
    secrets = {merchant.slug: new_code("cf") + new_code("") for merchant in merchants.values()}
    ApiToken.objects.bulk_create(
        ApiToken(
            merchant=merchant, name="Replay", digest=digest(secrets[merchant.slug]), hint=secrets[merchant.slug][-4:],
            rights=list(Right), created_by=by, created_at=at,
        )
        for merchant in merchants.values()
    )  # fmt: skip
    return secrets


def own(merchants: list[Merchant], owner: User, *, at: datetime) -> User:
    Membership.objects.bulk_create(
        [Membership(merchant=merchant, user=owner, role=Role.OWNER, created_at=at) for merchant in merchants],
        ignore_conflicts=True,
    )
    return owner


def stock_shelves(files: olist.Files, merchants: dict[str, Merchant], *, at: datetime) -> None:
    """Import what each seller sold, at its first price and in the units it will need; the unsold goods as drafts."""
    shelves: dict[str, dict[str, list]] = defaultdict(dict)
    for sale in files.sales:
        for line in sale.lines:
            entry = shelves[line.seller].setdefault(line.product, [line.unit_price, 0])
            entry[1] += line.quantity
    for seller, goods in tqdm(shelves.items(), desc="catalogues", unit="shop"):
        rows = [row(files, product, *entry) for product, entry in goods.items()]
        import_file(merchants[seller], table(f"{slug(seller)}.csv", rows), is_dry=False, at=at)
    sold = {product for goods in shelves.values() for product in goods}
    unsold = [values for product, values in files.products.items() if product not in sold]
    import_file(merchants[UNLISTED], table("unsold.csv", unsold), is_dry=False, at=at)


def row(files: olist.Files, product: str, price: Decimal, units: int) -> dict[str, str]:
    name = files.products.get(product, {}).get("product_category_name", "")
    english = files.categories.get(name, "")
    return {
        "id": product,
        "item_group_id": product,
        "title": f"{readable(name) or 'Produto'} {product[:6]}",
        "title_en": f"{readable(english)} {product[:6]}" if english else "",
        "price": f"{price} BRL",
        "quantity": str(units + 3),
        "product_type": slug(name),
    }


def table(name: str, rows: list[dict[str, str]]) -> ContentFile:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return ContentFile(text.getvalue().encode(), name=name)


def advertise(files: olist.Files, merchants: list[Merchant], *, owner: User, at: datetime) -> None:
    """Let the largest sellers advertise all they sell."""
    categories = {category.slug: category for category in Category.objects.all()}
    spec = CampaignSpec("Mais vendidos", "Best sellers", (), (), (), (), BID, DAILY_BUDGET)
    for merchant in tqdm(merchants, desc="campaigns", unit="shop"):
        access = Access(merchant, frozenset(Right), user=owner)
        top_up = wallet.open_top_up(access=access, amount=4 * DAILY_BUDGET, at=at, provider="sandbox")
        wallet.submit(top_up.code, source="approve", at=at)
        filling.start(access, spec, categories, at=at)
