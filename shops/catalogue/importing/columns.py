"""Which column means what: the names that many systems give to the same things, and the dialects they add up to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from .reading import FileRefused

# Our field → the names it goes by, best first, as `plain` writes them.
NAMES = {
    "sku": "sku variantsku 商品编码 货号 id variantid",
    "group": "itemgroupid externalid handle producthandle slug productid spu 商品编号",
    "title": "title name producttitle productname namezhhans titlezhhans titlezh 标题 商品名称 商品标题",
    "title_en": "titleen nameen englishtitle 英文标题",
    "description": "description productdescription bodyhtml descriptionzhhans descriptionzh 描述 商品描述",
    "description_en": "descriptionen englishdescription 英文描述",
    "brand": "brand brandname vendor 品牌",
    "category": "category googleproductcategory producttype productcategory category1 productcategory1 "
    "productcategoryname type 类目 分类",
    "price": "price variantprice 价格 售价",
    "sale_price": "saleprice 促销价",
    "list_price": "listprice compareatprice variantcompareatprice msrp 原价 市场价",
    "cost": "costofgoodssold cogs cost costprice costperitem variantcost 成本 成本价",
    "currency": "currency 币种",
    "stock": "quantity stock onhand stockonhand inventory inventorycount inventoryquantity variantinventoryqty "
    "variantinventoryquantity qty numinstock 库存",
    "availability": "availability",
    "state": "status productstatus state 状态",
    "gtin": "gtin ean upc variantean variantupc",
    "barcode": "barcode variantbarcode 条码",
    "image": "imagelink image imagesrc image1src image1url productimage1 productthumbnail assets 图片",
    "option_names": "optiongroups",
    "option_values": "optionvalues optionvalueszhhans",
    "option_values_en": "optionvaluesen",
}
AXES = {"color": "color colour 颜色", "size": "size 尺码", "material": "material 材质", "pattern": "pattern 花色"}
NAMES |= {f"axis:{axis}": names for axis, names in AXES.items()}
NAMES |= {f"axis_en:{axis}": " ".join(f"{name}en" for name in names.split()) for axis, names in AXES.items()}

PRICE_IN = re.compile(r"(?:variant)?price([a-z]{3})")
OPTION_PAIR = re.compile(r"(?:variant)?option([1-9])(name|value)")

# A dialect is known by columns that only it has together; the first that fits wins.
DIALECTS = {
    "olist": {"productid", "productcategoryname"},
    "medusa": {"producthandle", "varianttitle"},
    "vendure": {"sku", "optiongroups", "taxcategory"},
    "spree": {"slug", "sku", "trackinventory"},
    "shopify": {"handle", "variantsku", "variantprice"},
    "merchant_center": {"id", "title", "price"},
}
FOLLOWS_ON = {"vendure", "spree", "shopify", "medusa"}  # a row may leave out what the row above says of the product
HEADERLESS = ("", "category", "gtin", "title", "description", "", "sku", "price", "stock")


@dataclass(slots=True)
class Layout:
    """Where each field stands in a record; `headers` are the file's own names."""

    dialect: str
    headers: list[str]
    places: dict[str, list[int]]
    options: list[tuple[int, int]] = field(default_factory=list)
    first_row: int = 2

    def has(self, name: str) -> bool:
        return name in self.places

    def called(self, name: str) -> str:
        """Return what the file calls a field, or our name for one that it lacks."""
        places = self.places.get(name)
        return self.headers[places[0]] if places else name

    @property
    def follows_on(self) -> bool:
        return self.dialect in FOLLOWS_ON


def recognise(headers: Sequence[str], *, currency: str) -> Layout:
    """Return the layout of a file by its first record.

    Raises FileRefused, naming the columns found and the columns needed, when no catalogue can be read from it.
    """
    if _is_headerless(headers):
        places = {name: [place] for place, name in enumerate(HEADERLESS) if name}
        return Layout("headerless", list(HEADERLESS), places, first_row=1)
    names = [plain(header) for header in headers]
    dialect = next((d for d, signature in DIALECTS.items() if signature <= set(names)), "simple")
    layout = Layout(dialect, [h.strip() for h in headers], _places(names, dialect, currency), _option_pairs(names))
    _refuse_useless(layout, names, currency)
    return layout


def plain(header: str) -> str:
    """Return a column's name without case, spaces and punctuation: `Variant SKU`, `stock_on_hand`, `g:price`."""
    return "".join(filter(str.isalnum, header.casefold().removeprefix("g:")))


def _places(names: list[str], dialect: str, currency: str) -> dict[str, list[int]]:
    wanted = {name: known.split() for name, known in NAMES.items()}
    wanted["price"] += [f"price{currency.lower()}", f"variantprice{currency.lower()}"]
    if dialect == "olist":
        wanted["sku"] = ["productid"]
    found = {name: [names.index(known) for known in ranking if known in names] for name, ranking in wanted.items()}
    return {name: places for name, places in found.items() if places}


def _option_pairs(names: list[str]) -> list[tuple[int, int]]:
    """Return the places of option names and their values, as in `option1_name`, `option1_value`."""
    found = {match.groups(): place for place, name in enumerate(names) if (match := OPTION_PAIR.fullmatch(name))}
    pairs = [(found.get((digit, "name")), found.get((digit, "value"))) for digit in "123456789"]
    return [(name, value) for name, value in pairs if name is not None and value is not None]


def _is_headerless(cells: Sequence[str]) -> bool:
    """Whether a first record is already data in the one positional layout that is known."""
    return len(cells) == len(HEADERLESS) and cells[2].isdecimal() and cells[8].isdecimal()


def _refuse_useless(layout: Layout, names: list[str], currency: str) -> None:
    says_something = {"title", "title_en", "price", "stock"} & layout.places.keys() or layout.dialect == "olist"
    if layout.has("sku") and says_something and (layout.has("price") or not _other_prices(names)):
        return
    found = ", ".join(header[:40] for header in layout.headers[:30]) or "–"
    needed = _("a SKU (sku, id), a title (title, name) and a price (price, or price %(currency)s)") % {
        "currency": currency
    }
    raise FileRefused(
        _("These columns make no catalogue: %(found)s. Needed are %(needed)s.") % {"found": found, "needed": needed}
    )


def _other_prices(names: list[str]) -> bool:
    return any(PRICE_IN.fullmatch(name) for name in names)
