"""From a record to an item, or to the reasons why not; what one row says about the next is remembered here."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.files.storage import default_storage
from django.utils.text import slugify

from ..categories import CategoryIndex
from . import cells as read
from .columns import AXES, Layout
from .problems import Problem
from .reading import DAMAGED

PRODUCT_FIELDS = ("title", "title_en", "description", "description_en", "brand", "category", "state", "image")
CARRIED = ("group", *PRODUCT_FIELDS, "option_names")  # what a row may leave to the row above
LINE_LIMITS = {"title": 200, "title_en": 200, "brand": 120}
TEXT_LIMITS = {"description": 20_000, "description_en": 20_000}
CODE_LIMIT = 64
OPTION_LIMIT = 80
LOCAL_PICTURE = "media:"


@dataclass(slots=True)
class Item:
    """What a good row says: values by field of our tables, only those that it says."""

    row: int
    sku: str  # empty when the row only describes a product
    group: str  # the merchant's own number of the product, or empty
    product: dict[str, Any] = field(default_factory=dict)
    variant: dict[str, Any] = field(default_factory=dict)
    stock: int | None = None


class RowReader:
    """Reads the rows of one file in their order."""

    def __init__(self, layout: Layout, *, currency: str, categories: CategoryIndex):
        self.layout, self.currency, self.categories = layout, currency, categories
        self.skus: set[str] = set()
        self.gtins: dict[str, str] = {}
        self.unknown_categories: set[str] = set()
        self.notices: Counter[str] = Counter()
        self.above: dict[str, str] = {}
        self.problems: list[Problem] = []

    def read(self, row: int, cells: list[str] | None) -> tuple[Item | None, list[Problem]]:
        """Return the item of a row and its problems; there is no item when a problem refuses the row."""
        self.row, self.problems = row, []
        if self._is_whole(cells):
            self.cells = cells
            item = self._item()
            if not self._is_refused():
                return item, self.problems
        else:
            self.above = {}
        return None, self.problems

    def _is_whole(self, cells: list[str] | None) -> bool:
        """Whether the record is as long as the header and made of characters."""
        if cells is None:
            return self._refuse("", "malformed")
        width, joined = len(self.layout.headers), "".join(cells)
        if len(cells) < width or any(map(str.strip, cells[width:])):
            return self._refuse("", "row_length", found=len(cells), expected=width)
        if "\0" in joined:
            return self._refuse("", "nul", value=joined)
        return DAMAGED not in joined or self._refuse("", "encoding", value=joined)

    def _is_refused(self) -> bool:
        return any(not problem.is_warning for problem in self.problems)

    def _refuse(self, name: str, rule: str, value: str = "", **facts) -> bool:
        self.problems.append(Problem(self.row, self.layout.called(name) if name else "", rule, value, facts))
        return False

    def _said(self, name: str) -> str:
        """Return the first cell of a field that is not empty."""
        places = self.layout.places.get(name, ())
        return next((cell for place in places if (cell := read.clean(self.cells[place]))), "")

    def _value(self, name: str, parse: Callable, cell: str | None = None, **options) -> Any:
        """Return the parsed cell, or None when it is empty or broken."""
        cell = self._said(name) if cell is None else cell
        if not cell:
            return None
        try:
            return parse(cell, **options)
        except read.Broken as broken:
            self._refuse(name, broken.rule, cell, **broken.facts)
        return None

    def _item(self) -> Item:
        said = self._with_the_row_above({name: self._said(name) for name in CARRIED})
        item = Item(self.row, self._sku(), self._group(said), self._product(said))
        options, options_en = self._options(said["option_names"])
        item.variant = self._prices() | {k: v for k, v in (("options", options), ("options_en", options_en)) if v}
        item.stock = self._stock()
        if self._describes_only_a_product(item):
            item.sku = ""
            return item
        self._claim(item)
        return item

    def _with_the_row_above(self, said: dict[str, str]) -> dict[str, str]:
        if self.layout.follows_on:
            names_nothing = not said["group"] and not said["title"] and not said["title_en"]
            if names_nothing or (said["group"] and said["group"] == self.above.get("group")):
                said = {name: value or self.above.get(name, "") for name, value in said.items()}
            elif not said["group"]:
                said["group"] = slugify(said["title"] or said["title_en"], allow_unicode=True)[:CODE_LIMIT]
        self.above = said
        return said

    def _sku(self) -> str:
        return self._value("sku", read.line, limit=CODE_LIMIT) or ""

    def _group(self, said: dict[str, str]) -> str:
        return self._value("group", read.line, said["group"], limit=CODE_LIMIT) or ""

    def _product(self, said: dict[str, str]) -> dict[str, Any]:
        values = {n: self._value(n, read.line, said[n], limit=limit) for n, limit in LINE_LIMITS.items()}
        values |= {n: self._value(n, read.text, said[n], limit=limit) for n, limit in TEXT_LIMITS.items()}
        values["state"] = self._value("state", read.state, said["state"])
        values["category"] = self._category(said["category"])
        values["image"] = self._picture(said["image"])
        for name in ("title", "description"):
            if not values[name]:
                values[name], values[f"{name}_en"] = values[f"{name}_en"], None
        if self.layout.dialect == "olist":
            kind = said["category"].replace("_", " ").capitalize() or "Product"
            values["title"] = f"{kind} {self._said('sku')[:6]}"
        return {name: value for name, value in values.items() if value}

    def _category(self, said: str):
        places = self.layout.places.get("category", ())
        written = [cell for place in places if (cell := read.clean(self.cells[place]))] or ([said] if said else [])
        found = next(filter(None, map(self.categories.find, written)), None)
        if written and not found and written[0] not in self.unknown_categories:
            self.unknown_categories.add(written[0])
            self._refuse("category", "unknown_category", written[0])
        return found

    def _picture(self, said: str) -> str | None:
        """Return the path of a picture that is already here; links are counted, not fetched."""
        if not said.startswith(LOCAL_PICTURE):
            self.notices["links"] += bool(said)
            return None
        path = said.removeprefix(LOCAL_PICTURE)
        if path.startswith("/") or ".." in path.split("/") or len(path) > 100 or not default_storage.exists(path):
            self._refuse("image", "no_picture", said)
            return None
        return path

    def _prices(self) -> dict[str, Any]:
        """Return price, list price and cost; a file that knows of sales also says when one is over."""
        self._value("currency", self._in_our_currency)
        price, sale, listed = (
            self._value(name, read.price, currency=self.currency) for name in ("price", "sale_price", "list_price")
        )
        if sale is not None and price is not None and sale > price:
            self._refuse("sale_price", "above_price", self._said("sale_price"))
        cost = self._value("cost", read.price, currency=self.currency)
        values: dict[str, Any] = {} if cost is None else {"cost": cost}
        pays = sale if sale is not None else price
        if pays is None:
            return values
        values["price"] = pays
        if self.layout.has("sale_price") or self.layout.has("list_price"):
            before = max((amount for amount in (price, listed) if amount is not None), default=pays)
            values["list_price"] = before if before > pays else None
        if pays == 0:
            values["is_active"] = False
        return values

    def _in_our_currency(self, cell: str) -> None:
        if cell.upper() != self.currency:
            raise read.Broken("currency", found=cell, expected=self.currency)

    def _stock(self) -> int | None:
        units = self._value("stock", read.quantity)
        is_available = self._value("availability", read.is_available)
        return 0 if units is None and is_available is False and not self._said("stock") else units

    def _options(self, names: str) -> tuple[dict[str, str], dict[str, str]]:
        options, options_en = self._axes("axis"), self._axes("axis_en")
        for name_at, value_at in self.layout.options:
            name, value = read.clean(self.cells[name_at]), read.clean(self.cells[value_at])
            if name and value:
                options[name] = value
        options |= self._listed(names, "option_values")
        options_en |= self._listed(names, "option_values_en")
        for texts in (options, options_en):
            if any(len(part) > OPTION_LIMIT for pair in texts.items() for part in pair):
                self._refuse("options", "too_long", str(texts), length=len(str(texts)), limit=OPTION_LIMIT)
        return (options, options_en) if options else (options_en, {})

    def _axes(self, kind: str) -> dict[str, str]:
        return {axis: said for axis in AXES if (said := self._said(f"{kind}:{axis}"))}

    def _listed(self, names: str, field_name: str) -> dict[str, str]:
        """Pair `size|colour` with `small|beige`."""
        values = self._said(field_name)
        if not (names and values):
            return {}
        axes, chosen = ([part.strip() for part in text.split("|")] for text in (names, values))
        if len(axes) != len(chosen):
            self._refuse(field_name, "options", values, found=len(chosen), expected=len(axes))
            return {}
        return dict(zip(axes, chosen, strict=True))

    def _describes_only_a_product(self, item: Item) -> bool:
        """Whether this is the head row of a product whose variants stand in rows of their own."""
        is_head = self.layout.follows_on and item.group and not item.variant.get("options")
        price = item.variant.get("price", Decimal(0))
        return bool(is_head and self.layout.options and not price)

    def _barcode(self) -> str | None:
        """Return the GTIN in a column for barcodes of any kind."""
        said = self._said("barcode")
        try:
            return read.gtin(said) if said else None
        except read.Broken:
            self._refuse("barcode", "no_gtin", said)
        return None

    def _claim(self, item: Item) -> None:
        """Take the SKU and the GTIN for this row, unless an earlier one has them."""
        if item.variant.get("price") == 0:
            self._refuse("price", "no_price", self._said("price"))
        gtin = self._value("gtin", read.gtin) or self._barcode()
        if not item.sku:
            if not any(problem.field == self.layout.called("sku") for problem in self.problems):
                self._refuse("sku", "required")
        elif item.sku in self.skus:
            self._refuse("sku", "duplicate", item.sku)
        elif gtin and gtin in self.gtins:
            self._refuse("gtin", "gtin_taken", gtin, sku=self.gtins[gtin])
        if self._is_refused():
            return
        self.skus.add(item.sku)
        if gtin:
            self.gtins[gtin] = item.sku
            item.variant["gtin"] = gtin
