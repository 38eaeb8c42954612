"""Changing shipping templates: one transaction, versions that notice a second editor, an audit entry."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from chengfeng.constraints import refusals

from ..catalogue.models import Product
from ..people.audit import record
from ..tenancy import Access, own
from .models import ShippingRate, ShippingTemplate

CONSTRAINTS = {"shipping_template_name_once": "name", "shipping_one_default": "is_default"}


class TemplateConflict(Exception):
    """Somebody else has changed the template since it was read. Nothing was changed."""


class TemplateRefused(Exception):
    """A rule forbids the change; `field` is what breaks it. Nothing was changed."""

    def __init__(self, field: str):
        self.field = field
        super().__init__(field)


@transaction.atomic
def create(
    access: Access, *, at: datetime, values: Mapping[str, Any], rates: Sequence[Mapping[str, Any]]
) -> ShippingTemplate:
    """Make a template with its rates, in that order; a merchant's first is its default. Raises TemplateRefused."""
    live = own(ShippingTemplate, access.merchant).filter(archived_at=None)
    values = {**values, "is_default": values.get("is_default", False) or not live.exists()}
    with refusals(CONSTRAINTS, TemplateRefused):
        _make_room(access, values)
        template = ShippingTemplate.objects.create(merchant=access.merchant, created_at=at, **values)
    _write(template, rates)
    record(access, "shipping.create", target=template.code, at=at, name=template.name)
    return template


@transaction.atomic
def edit(
    access: Access, template: ShippingTemplate, *, version: int, at: datetime, values: Mapping[str, Any],
    rates: Sequence[Mapping[str, Any]] | None = None,
) -> ShippingTemplate:  # fmt: skip
    """Change a live template, and its rates unless None.

    Raises TemplateConflict when `version` is no longer its version or it is archived, TemplateRefused.
    """
    mine = own(ShippingTemplate, access.merchant).filter(pk=template.pk, archived_at=None)
    with refusals(CONSTRAINTS, TemplateRefused):
        _make_room(access, values)
        if not mine.filter(version=version).update(**values, version=version + 1):
            raise TemplateConflict
    if rates is not None:
        template.rates.all().delete()
        _write(template, rates)
    record(access, "shipping.edit", target=template.code, at=at, fields=sorted(values), rates=rates is not None)
    return mine.get()


@transaction.atomic
def archive(access: Access, template: ShippingTemplate, *, at: datetime) -> bool:
    """Take a template out of use: its products go by the default again. Return whether it was in use."""
    live = own(ShippingTemplate, access.merchant).filter(pk=template.pk, archived_at=None)
    if not live.update(archived_at=at, is_default=False, version=F("version") + 1):
        return False
    own(Product, access.merchant).filter(shipping_template=template).update(
        shipping_template=None, updated_at=at, version=F("version") + 1
    )
    record(access, "shipping.archive", target=template.code, at=at)
    return True


@transaction.atomic
def assign(access: Access, template: ShippingTemplate | None, codes: Iterable[str], *, at: datetime) -> int:
    """Send products by a live template, or, if None, by the default; return how many changed.

    Raises TemplateConflict when the template is archived.
    """
    if template and not _locked(access, template):
        raise TemplateConflict
    chosen = own(Product, access.merchant).filter(code__in=list(codes))
    differing = chosen.exclude(shipping_template=template) if template else chosen.filter(
        shipping_template__isnull=False
    )  # fmt: skip
    names = sorted(differing.values_list("code", flat=True))
    own(Product, access.merchant).filter(code__in=names).update(
        shipping_template=template, updated_at=at, version=F("version") + 1
    )
    if names:
        record(access, "shipping.assign", target=template.code if template else "", at=at, products=names)
    return len(names)


def _locked(access: Access, template: ShippingTemplate) -> bool:
    """Keep a template from being archived until the transaction ends; return False when it has been."""
    live = own(ShippingTemplate, access.merchant).filter(pk=template.pk, archived_at=None)
    return live.select_for_update(no_key=True).exists()


def _make_room(access: Access, values: Mapping[str, Any]) -> None:
    if values.get("is_default"):
        own(ShippingTemplate, access.merchant).filter(is_default=True).update(is_default=False)


def _write(template: ShippingTemplate, rates: Sequence[Mapping[str, Any]]) -> None:
    ShippingRate.objects.bulk_create(
        ShippingRate(template=template, position=position, **rate) for position, rate in enumerate(rates)
    )
