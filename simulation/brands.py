"""Brands that the demo's key-account manager is bringing in, each at another point of the checklist."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from ads import wallet
from shops.catalogue.importing import import_file
from shops.models import Brand, Document, User
from shops.onboarding import brands, papers
from shops.people import settings


@dataclass(frozen=True, slots=True)
class Prospect:
    """A brand and how far it has come: the number of things done, in their order."""

    slug: str
    company: str
    name: str
    name_en: str
    city: str
    contact: str
    days_ago: int
    done: int


PROSPECTS = (
    Prospect("qingshan-outdoor", "青杉户外用品有限公司", "青杉户外", "Qingshan Outdoor", "成都", "罗一诺", 21, 6),
    Prospect("mianmian-baby", "绵绵母婴科技有限公司", "绵绵婴童", "Mianmian Baby", "杭州", "梁可欣", 12, 4),
    Prospect("xiaohe-tea", "小荷茶业有限公司", "小荷茶铺", "Xiaohe Tea", "福州", "宋浩然", 6, 2),
    Prospect("haiyan-stay", "海岩酒店管理有限公司", "海岩民宿", "Haiyan Stays", "厦门", "郑静怡", 1, 0),
)
GOODS = (("冲锋衣", "Shell jacket", 699), ("徒步鞋", "Hiking shoes", 529), ("登山杖", "Trekking poles", 189))


def bring_in(manager: User, *, now: datetime) -> None:
    """Open every prospect and take it as far as it has come."""
    for prospect in PROSPECTS:
        if not Brand.objects.filter(merchant__slug=prospect.slug).exists():
            advance(prospect, manager, opened_at=now - timedelta(days=prospect.days_ago))


def advance(prospect: Prospect, manager: User, *, opened_at: datetime) -> None:
    """Open one brand and do the first of what is to be done, a day each."""
    shop = {"slug": prospect.slug, "name": prospect.name, "name_en": prospect.name_en, "city": prospect.city}
    company = {"company": prospect.company, "contact_email": f"{prospect.slug}@demo.example"}
    brand = brands.open_brand(manager=manager, company=company, shop=shop, at=opened_at)
    for number, act in enumerate(ACTS[: prospect.done], start=1):
        at = opened_at + timedelta(days=number)
        act(prospect, brand, brands.acting(brand, manager, at=at), at)


def _describe(prospect: Prospect, brand: Brand, access, at: datetime) -> None:
    brands.describe(
        brand, access, at=at, company=prospect.company, contact_name=prospect.contact,
        contact_email=f"{prospect.slug}@demo.example", registration_number="91330100MA2H0X7K1U",
    )  # fmt: skip


def _file_papers(prospect: Prospect, brand: Brand, access, at: datetime) -> None:
    for kind, days in ((Document.Kind.LICENCE, 900), (Document.Kind.TRADEMARK, 35)):
        runs_out = (at + timedelta(days=days)).date()
        papers.add(access, kind=kind, file=_scan(f"{kind}.png"), expires_date=runs_out, at=at)


def _sign(prospect: Prospect, brand: Brand, access, at: datetime) -> None:
    papers.add(access, kind=Document.Kind.CONTRACT, file=_scan("contract.png"), at=at)


def _furnish(prospect: Prospect, brand: Brand, access, at: datetime) -> None:
    tagline = {"tagline": "好物自有出处", "tagline_en": "Good things come from somewhere", "city": prospect.city}
    settings.change(access, at=at, **tagline)


def _import(prospect: Prospect, brand: Brand, access, at: datetime) -> None:
    rows = [
        f"{n}\t{title}\t{title_en}\t{price}.00 CNY\t40" for n, (title, title_en, price) in enumerate(GOODS, start=1)
    ]
    text = "\n".join(["id\ttitle\ttitle_en\tprice\tquantity", *rows])
    import_file(brand.merchant, ContentFile(text.encode(), name="catalogue.tsv"), is_dry=False, at=at)


def _fund(prospect: Prospect, brand: Brand, access, at: datetime) -> None:
    top_up = wallet.open_top_up(access=access, amount=Decimal(3000), at=at, provider="sandbox")
    wallet.submit(top_up.code, source="approve", at=at)


ACTS = (_describe, _file_papers, _sign, _furnish, _import, _fund)


def _scan(name: str) -> ContentFile:
    """Return a picture of a sheet of paper, which is what the demo's papers are."""
    sheet = Image.new("L", (420, 594), 250)
    pen = ImageDraw.Draw(sheet)
    for y in range(80, 520, 22):
        pen.line((50, y, 370 - (y * 7) % 90, y), fill=170, width=3)
    pen.ellipse((280, 470, 370, 560), outline=120, width=4)
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return ContentFile(file.getvalue(), name=name)
