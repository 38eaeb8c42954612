"""Builds the worlds that end-to-end tests live in, through the verbs: `python -m tests.e2e.world NAME` prints codes."""

import io
import json
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengfeng.settings")
django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.utils import timezone  # noqa: E402
from PIL import Image  # noqa: E402

from ads import campaigns, partitions, wallet  # noqa: E402
from ads.models import Campaign  # noqa: E402
from shops import tokens  # noqa: E402
from shops.catalogue.importing import import_file  # noqa: E402
from shops.models import (  # noqa: E402
    Category,
    Delegation,
    FlashSale,
    Membership,
    Merchant,
    Note,
    NoteProduct,
    Presale,
    Product,
    Promotion,
    Store,
    User,
)
from shops.onboarding import brands  # noqa: E402
from shops.people.rights import FOR_PROGRAMS, KA_RIGHTS  # noqa: E402
from shops.promotions import flash  # noqa: E402
from shops.tenancy import access_of  # noqa: E402

PASSWORD = "correct horse battery"
GOODS = (  # own number, Chinese title, English title, price
    ("LAMP", "手工竹编台灯", "Hand-woven bamboo lamp", "128.00"),
    ("VASE", "青瓷花瓶", "Celadon vase", "86.50"),
    ("TRAY", "胡桃木茶盘", "Walnut tea tray", "219.00"),
)
COLUMNS = "id,item_group_id,title,title_en,description,price,quantity,availability,image_link,google_product_category"


def person(name: str, **fields) -> User:
    return User.objects.create_user(f"{name}@example.org", PASSWORD, name=name.title(), **fields)


def shop(name: str, slug: str, *, at: datetime, **fields) -> Merchant:
    return Merchant.objects.create(name=name, slug=slug, created_at=at, **fields)


def join(merchant: Merchant, name: str, role: str, *, at: datetime) -> User:
    user = person(name)
    Membership.objects.create(merchant=merchant, user=user, role=role, created_at=at)
    return user


def stock_shelves(merchant: Merchant, *, units: int, at: datetime) -> list[Product]:
    """Bring the goods in as a file, as the merchant would; return them in their order."""
    Category.objects.get_or_create(slug="home", defaults={"name": "家居", "name_en": "Home"})
    rows = [
        f"{number}-1,{number},{title},{english},,{price} CNY,{units},in_stock,,home"
        for number, title, english, price in GOODS
    ]
    file = ContentFile("\n".join([COLUMNS, *rows]).encode(), name="goods.csv")
    run = import_file(merchant, file, is_dry=False, at=at)
    assert run.refused == 0, list(run.problems.values())
    return [Product.objects.get(merchant=merchant, external_id=number) for number, *_ in GOODS]


def picture(colour: str) -> ContentFile:
    drawn = io.BytesIO()
    Image.new("RGB", (60, 60), colour).save(drawn, "PNG")
    return ContentFile(drawn.getvalue(), name="picture.png")


def publish_notes(merchant: Merchant, products: list[Product], *, at: datetime) -> None:
    """Publish enough notes for the feed to make room for ads."""
    for number in range(1, 6):
        note = Note.objects.create(
            merchant=merchant, title=f"夜读的一盏灯 {number}", title_en=f"A lamp for late reading {number}",
            body="暖光。", body_en="Warm light.", author="阿青", author_en="Qing", state="published", created_at=at,
            published_at=at - timedelta(minutes=number), image=picture("#d8c3a5"),
        )  # fmt: skip
        NoteProduct.objects.bulk_create(NoteProduct(note=note, product=p, place=n) for n, p in enumerate(products))


def fund(merchant: Merchant, amount: str, *, by: User, at: datetime) -> None:
    top_up = wallet.open_top_up(access=access_of(by, merchant, at=at), amount=Decimal(amount), at=at)
    wallet.submit(top_up.code, source="approve", at=at)


def advertise(merchant: Merchant, products: list[Product], *, by: User, at: datetime) -> None:
    access = access_of(by, merchant, at=at)
    values = {"name": "Spring lamps", "bid": Decimal("2"), "daily_budget": Decimal("500")}
    campaign = campaigns.create_campaign(access, at=at, values=values, products=products)
    campaigns.set_states(access, [campaign.code], Campaign.State.ACTIVE, at=at)


def hold_occasions(merchant: Merchant, products: list[Product], *, by: User, at: datetime) -> None:
    """Sell the vase in a flash sale, draft a presale of the tray, spend-and-save for all; open a store."""
    vase, tray = (product.variants.get() for product in products[1:])
    day = timedelta(days=1)
    sale = FlashSale.objects.create(
        merchant=merchant, title="夜场", title_en="Late night", starts_at=at, ends_at=at + day, created_at=at
    )
    sale.items.create(merchant=merchant, variant=vase, price=Decimal(60), quantity=5)
    flash.publish(access_of(by, merchant, at=at), sale, at=at)
    Presale.objects.create(
        merchant=merchant, variant=tray, title="预售", title_en="Early trays", price=Decimal(200), deposit=Decimal(20),
        starts_at=at, ends_at=at + day, balance_from=at + 2 * day, balance_until=at + 3 * day, ships_by=at + 9 * day,
        created_at=at,
    )  # fmt: skip
    Promotion.objects.create(
        merchant=merchant, kind="threshold", benefit="fixed", amount=5, threshold=1000, state="active", title="满减",
        title_en="Spend and save", currency="CNY", starts_at=at, created_at=at,
    )  # fmt: skip
    Store.objects.create(merchant=merchant, name="外滩店", country="CN", created_at=at)


def open_for_business(merchant: Merchant, *, owner: User, units: int, wallet: str, at: datetime) -> dict:
    """Give a merchant goods, money and a campaign for its first product; return codes."""
    products = stock_shelves(merchant, units=units, at=at)
    for product, colour in zip(products, ("#e8b04b", "#7fb7a3", "#7a4b2a"), strict=True):
        product.image.save("picture.png", picture(colour))
    fund(merchant, wallet, by=owner, at=at)
    advertise(merchant, products[:1], by=owner, at=at)
    _, secret = tokens.issue(merchant=merchant, name="Till", rights=list(FOR_PROGRAMS), by=owner, at=at)
    variants = [product.variants.get().code for product in products]
    return {"merchant": merchant.code, "slug": merchant.slug, "token": secret, "variants": variants,
            "products": [product.code for product in products]}  # fmt: skip


def market(at: datetime) -> dict:
    """Alice's open shop with everybody who works in it, Charlie's empty one, a brand under way, and the others."""
    alices = shop("Alice & Co", "alice", at=at, name_en="Alice & Co", tagline="好物", tagline_en="Good things")
    alice = join(alices, "alice", "owner", at=at)
    for name, role in (("bob", "service"), ("dana", "ad_buyer"), ("fay", "finance")):
        join(alices, name, role, at=at)
    codes = open_for_business(alices, owner=alice, units=50, wallet="1000", at=at)
    products = list(alices.products.order_by("pk"))
    publish_notes(alices, products, at=at)
    hold_occasions(alices, products, by=alice, at=at)
    charlies = shop("Charlie's", "charlie", at=at)
    join(charlies, "charlie", "owner", at=at)
    kai = person("kai", is_ka_manager=True)
    Delegation.objects.create(
        merchant=alices, delegate=kai, kind="ka", rights=sorted(KA_RIGHTS), granted_by=alice, starts_at=at,
        expires_at=at + timedelta(days=30),
    )  # fmt: skip
    brands.open_brand(
        manager=kai, company={"company": "Brandy Ltd", "contact_email": "b@example.org"},
        shop={"name": "Brandy", "slug": "brandy"}, at=at,
    )  # fmt: skip
    person("oscar", is_staff=True, is_superuser=True)
    person("sam")
    return codes


def till(at: datetime) -> dict:
    """One shop with plenty of stock and money, for a crowd of programs."""
    merchant = shop("Plenty", "plenty", at=at)
    owner = join(merchant, "alice", "owner", at=at)
    return open_for_business(merchant, owner=owner, units=100_000, wallet="100000", at=at)


WORLDS: dict[str, Callable[[datetime], dict]] = {"market": market, "till": till}

if __name__ == "__main__":
    now = timezone.now()
    partitions.ensure((now - timedelta(days=2)).date(), (now + timedelta(days=2)).date())
    json.dump(WORLDS[sys.argv[1]](now) | {"password": PASSWORD}, sys.stdout)
