"""One batch against the database: what differs is written by a handful of statements, whatever its size."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from chengfeng import sql

from ...people.models import Merchant, User
from .. import prices
from ..categories import CategoryIndex
from ..models import Product, StockMove, Variant
from ..search import index_text
from .columns import Layout
from .items import Item
from .problems import Problem

LOCK_CLASS = 0x696D70  # "imp": one import at a time writes to a merchant
PRODUCT_COLUMNS = (
    "title", "title_en", "description", "description_en", "brand", "category", "state", "image", "search", "version",
    "updated_at",
)  # fmt: skip
VARIANT_COLUMNS = (
    "product", "options", "options_en", "gtin", "price", "list_price", "cost", "is_active", "on_hand", "version"
)  # fmt: skip


@dataclass(slots=True)
class Batch:
    """Items of one file, matched with the merchant's rows and written together.

    `described` remembers over all batches which products the file has described: the first row speaks for a product.
    """

    items: Sequence[Item]
    merchant: Merchant
    layout: Layout
    categories: CategoryIndex
    described: set[str]
    is_dry: bool
    cause: str
    at: datetime
    by: User | None = None

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    products: dict[str, Product] = field(default_factory=dict)
    variants: dict[str, Variant] = field(default_factory=dict)
    gtins: dict[str, str] = field(default_factory=dict)
    dirty_products: dict[str, Product] = field(default_factory=dict)
    dirty_variants: dict[str, Variant] = field(default_factory=dict)
    repriced: dict[str, Variant] = field(default_factory=dict)
    moves: list[StockMove] = field(default_factory=list)

    def apply(self) -> None:
        """Match every item and, unless this is a dry run, write what differs in the caller's transaction."""
        if not self.is_dry:
            sql.hold(LOCK_CLASS, self.merchant.pk)
        self._load()
        for item in self.items:
            self._match(item)
        if not self.is_dry:
            self._write()

    def _load(self) -> None:
        """Read what the items speak of; a real run locks the variants in the order of their keys."""
        mine = Variant.objects.filter(merchant=self.merchant)
        found = mine.filter(sku__in=[item.sku for item in self.items if item.sku]).order_by("pk")
        self.variants = {v.sku: v for v in (found if self.is_dry else found.select_for_update(no_key=True))}
        known = Product.objects.filter(merchant=self.merchant).defer("search")
        by_id = known.in_bulk({variant.product_id for variant in self.variants.values()})
        named = known.filter(external_id__in={item.group or item.sku for item in self.items}).exclude(pk__in=by_id)
        self.products = {product.external_id: product for product in (*by_id.values(), *named)}
        for product in self.products.values():
            product.category = self.categories.by_id.get(product.category_id)
        for variant in self.variants.values():
            variant.product = by_id[variant.product_id]
        gtins = [gtin for item in self.items if (gtin := item.variant.get("gtin"))]
        self.gtins = dict(mine.filter(gtin__in=gtins).values_list("gtin", "sku"))

    def _match(self, item: Item) -> None:
        variant = self.variants.get(item.sku)
        product = variant.product if variant and not item.group else self._product(item.group or item.sku)
        if not self._is_acceptable(item, variant, product):
            return
        is_new = not (variant if item.sku else product)
        product, differs = self._describe(product, item)
        if variant:
            differs |= self._change(variant, product, item)
        elif item.sku:
            self._add(product, item)
        self.created += is_new
        self.updated += differs and not is_new
        self.unchanged += not (differs or is_new)

    def _product(self, number: str) -> Product | None:
        """Return the merchant's product of that number; a dry run also knows those that it would have made."""
        if number not in self.products and number in self.described:
            self.products[number] = Product(merchant=self.merchant, external_id=number)
        return self.products.get(number)

    def _is_acceptable(self, item: Item, variant: Variant | None, product: Product | None) -> bool:
        gtin = item.variant.get("gtin", "")
        if not product and not item.product.get("title"):
            return self._refuse(item, "title", "required")
        if item.sku and not variant and "price" not in item.variant and self.layout.dialect != "olist":
            return self._refuse(item, "price", "required")
        if self.gtins.get(gtin, item.sku) != item.sku:
            return self._refuse(item, "gtin", "gtin_taken", gtin, sku=self.gtins[gtin])
        return True

    def _refuse(self, item: Item, name: str, rule: str, value: str = "", **facts) -> bool:
        self.problems.append(Problem(item.row, self.layout.called(name), rule, value, facts))
        return False

    def _describe(self, product: Product | None, item: Item) -> tuple[Product, bool]:
        """Return the item's product and whether it differs from what there was."""
        number = product.external_id if product else item.group or item.sku
        if product and number in self.described:
            return product, False
        self.described.add(number)
        if not product:
            return self._new_product(number, item), True
        differing = {name: value for name, value in item.product.items() if getattr(product, name) != value}
        if differing:
            _assign(product, differing)
            product.updated_at = self.at
            self.dirty_products[number] = product
        return product, bool(differing)

    def _new_product(self, number: str, item: Item) -> Product:
        state = Product.State.ACTIVE if not item.sku or "price" in item.variant else Product.State.DRAFT
        product = Product(
            merchant=self.merchant, external_id=number, created_at=self.at, updated_at=self.at,
            **{"state": state} | item.product,
        )  # fmt: skip
        self.products[number] = self.dirty_products[number] = product
        return product

    def _add(self, product: Product, item: Item) -> None:
        unpriced = {"price": Decimal(0), "is_active": False}
        values = item.variant if "price" in item.variant else unpriced | item.variant
        variant = Variant(merchant=self.merchant, product=product, sku=item.sku, **values)
        self._count(variant, item)
        self.dirty_variants[item.sku] = self.repriced[item.sku] = variant

    def _change(self, variant: Variant, product: Product, item: Item) -> bool:
        values = item.variant | _consequences(variant, item) | {"product": product}
        differing = {name: value for name, value in values.items() if getattr(variant, name) != value}
        if differing:
            _assign(variant, differing)
        if prices.PRICED.intersection(differing):
            self.repriced[item.sku] = variant
        is_counted = self._count(variant, item)
        if differing or is_counted:
            self.dirty_variants[item.sku] = variant
        return bool(differing or is_counted)

    def _count(self, variant: Variant, item: Item) -> bool:
        """Set the units on hand by a stock move, never below what is reserved; return whether they moved."""
        if item.stock is None:
            return False
        units = max(item.stock, variant.reserved)
        if units > item.stock:
            self._refuse(item, "stock", "below_reserved", str(item.stock), reserved=variant.reserved)
        if units == variant.on_hand:
            return False
        self.moves.append(StockMove(
            merchant=self.merchant, variant=variant, kind=StockMove.Kind.COUNT, quantity=units - variant.on_hand,
            cause=self.cause, at=self.at,
        ))  # fmt: skip
        variant.on_hand = units
        return True

    def _write(self) -> None:
        for product in self.dirty_products.values():
            product.search = index_text(product)
        _save(Product, list(self.dirty_products.values()), PRODUCT_COLUMNS)
        for variant in self.dirty_variants.values():
            variant.product = variant.product  # takes over the key that a new product has got
        _save(Variant, list(self.dirty_variants.values()), VARIANT_COLUMNS)
        for move in self.moves:
            move.variant = move.variant
        StockMove.objects.bulk_create(self.moves)
        prices.note(self.repriced.values(), at=self.at, by=self.by, cause=self.cause)


def _consequences(variant: Variant, item: Item) -> dict:
    """Return what a new price entails: an older list price below it goes, a variant without price comes on sale."""
    price = item.variant.get("price")
    entailed = {}
    if price and "list_price" not in item.variant and variant.list_price is not None and variant.list_price < price:
        entailed["list_price"] = None
    if price and not variant.price and not variant.is_active:
        entailed["is_active"] = True
    return entailed


def _assign(row: Product | Variant, values: dict) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1


def _save(model: type, rows: list, columns: Sequence[str]) -> None:
    """Insert the new rows and update the known ones, one statement each."""
    known = [row for row in rows if row.pk]
    model.objects.bulk_create([row for row in rows if not row.pk])
    model.objects.bulk_create(known, update_conflicts=True, unique_fields=["pk"], update_fields=columns)
