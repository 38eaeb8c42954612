"""Changing products and variants by hand: one transaction, versions that notice a second editor, an audit entry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from chengfeng.codes import new_code
from chengfeng.constraints import refusals

from ..people.audit import record
from ..tenancy import Access, own
from . import prices, stock
from .models import Product, Variant
from .search import index_text

CONSTRAINTS = {
    "product_own_number_once": "external_id",
    "variant_sku_once": "sku",
    "variant_gtin_once": "gtin",
    "variant_list_price_above": "list_price",
}


class EditConflict(Exception):
    """Somebody else has changed the row since it was read. Nothing was changed."""


class Refused(Exception):
    """A rule of the catalogue forbids the change; `field` is what breaks it. Nothing was changed."""

    def __init__(self, field: str, *, sku: str = ""):
        self.field, self.sku = field, sku
        super().__init__(field)


@dataclass(frozen=True, slots=True)
class VariantEdit:
    """What is to be changed about a variant, or the variant to be added when `code` is empty.

    `on_hand` is the units counted, None when nobody counted.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    version: int | None = None
    on_hand: int | None = None


@transaction.atomic
def create_product(
    access: Access, *, at: datetime, values: Mapping[str, Any], picture: ContentFile | None = None,
    variants: Sequence[VariantEdit] = (),
) -> Product:  # fmt: skip
    """Make a product with its variants. Raises Refused when a number, SKU or GTIN is in use."""
    product = Product(merchant=access.merchant, created_at=at, updated_at=at, **values)
    product.external_id = product.external_id or product.code
    product.search = index_text(product)
    if picture:
        product.image.save(picture.name, picture, save=False)
    with refusals(CONSTRAINTS, Refused):
        product.save(force_insert=True)
    changed = _edit_variants(access, product, variants, at=at)
    record(access, "product.create", target=product.code, at=at, title=product.title, variants=changed)
    return product


@transaction.atomic
def edit_product(
    access: Access, product: Product, *, version: int, at: datetime, values: Mapping[str, Any],
    picture: ContentFile | None = None, variants: Sequence[VariantEdit] = (),
) -> Product:  # fmt: skip
    """Change what differs of a product and its variants.

    Raises EditConflict when `version` is no longer its version, Refused when a rule forbids the change.
    """
    differing = {name: value for name, value in values.items() if getattr(product, name) != value}
    for name, value in differing.items():
        setattr(product, name, value)
    if picture:
        product.image.save(picture.name, picture, save=False)
        differing["image"] = product.image.name
    changes = {**differing, "search": index_text(product), "updated_at": at, "version": version + 1}
    _guarded(own(Product, access.merchant).filter(pk=product.pk), version, changes if differing else {})
    changed = _edit_variants(access, product, variants, at=at)
    if differing or changed:
        record(access, "product.edit", target=product.code, at=at, fields=sorted(differing), variants=changed)
    return product


@transaction.atomic
def edit_variant(access: Access, variant: Variant, edit: VariantEdit, *, at: datetime) -> Variant:
    """Change a single variant. Raises EditConflict or Refused."""
    changed = _edit_variants(access, variant.product, [edit], at=at)
    if changed:
        record(access, "variant.edit", target=variant.code, at=at, **changed)
    return own(Variant, access.merchant).get(pk=variant.pk)


@transaction.atomic
def set_states(
    access: Access, codes: Iterable[str], state: Product.State, *, at: datetime
) -> dict[str, list[str]]:  # fmt: skip
    """Give products another state; return the codes of those that changed by the state they had."""
    chosen = own(Product, access.merchant).filter(code__in=list(codes)).exclude(state=state)
    before: dict[str, list[str]] = {}
    for product in chosen.order_by("pk").select_for_update(no_key=True, of=("self",)):
        before.setdefault(product.state, []).append(product.code)
        product.state, product.updated_at, product.version = state, at, product.version + 1
        product.save(update_fields=["state", "updated_at", "version"])
    if before:
        record(access, f"product.{state}", at=at, products=[code for codes in before.values() for code in codes])
    return before


def _edit_variants(
    access: Access, product: Product, edits: Sequence[VariantEdit], *, at: datetime
) -> dict[str, list[str]]:
    """Apply edits in the order of the variants' keys; return the changed fields by SKU."""
    known = {v.code: v for v in product.variants.order_by("pk")}
    ranked = sorted(edits, key=lambda edit: known[edit.code].pk if edit.code else float("inf"))
    changed: dict[str, list[str]] = {}
    repriced = []
    for edit in ranked:
        variant = known[edit.code] if edit.code else _add_variant(product, edit)
        fields = _change_variant(variant, edit) if edit.code else ["created"]
        if prices.PRICED.intersection(fields):
            repriced.append(variant)
        if _count(variant, edit, at=at):
            fields.append("on_hand")
        if fields:
            changed[variant.sku] = fields
    prices.note(repriced, at=at, by=access.user, cause=f"token:{access.token.code}" if access.token else "edit")
    return changed


def _add_variant(product: Product, edit: VariantEdit) -> Variant:
    with refusals(CONSTRAINTS, lambda field: Refused(field, sku=edit.values["sku"])):
        return Variant.objects.create(merchant_id=product.merchant_id, product=product, **edit.values)


def _change_variant(variant: Variant, edit: VariantEdit) -> list[str]:
    differing = {name: value for name, value in edit.values.items() if getattr(variant, name) != value}
    version = variant.version if edit.version is None else edit.version
    changes = {**differing, "version": version + 1} if differing else {}
    with refusals(CONSTRAINTS, lambda field: Refused(field, sku=variant.sku)):
        _guarded(Variant.objects.filter(pk=variant.pk), version, changes)
    for name, value in differing.items():
        setattr(variant, name, value)
    return sorted(differing)


def _count(variant: Variant, edit: VariantEdit, *, at: datetime) -> bool:
    """Set the units on hand to what was counted; return whether that moved any."""
    if edit.on_hand is None:
        return False
    try:
        return bool(stock.count(variant=variant, on_hand=edit.on_hand, cause=new_code("cnt"), at=at))
    except stock.BelowReserved as error:
        raise Refused("on_hand", sku=variant.sku) from error


def _guarded(rows, version: int, changes: Mapping[str, Any]) -> None:
    """Update the row while it has that version; raises EditConflict when it has another."""
    mine = rows.filter(version=version)
    if not (mine.update(**changes) if changes else mine.exists()):
        raise EditConflict
