"""The rows behind the values of dimensions: public codes and names for numbers, and numbers for public codes."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Model

from ads.models import Ad, AdGroup, Campaign, Keyword, SearchTerm
from shops.models import Category, Merchant, Product, Variant

from .dimensions import DIMENSIONS, Type

NUMBER = re.compile("-?[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Naming:
    """Where values of a dimension are kept: by which field they are known outside, and what tells people of them."""

    model: type[Model]
    code: str = "code"
    name: str = "name"
    english: str = ""
    merchant: str = "merchant"
    is_shared: bool = False  # by all merchants

    def of(self, merchants: Collection[int]):
        rows = self.model.objects.order_by()
        return rows if self.is_shared else rows.filter(**{f"{self.merchant}__in": merchants})


NAMINGS = {
    "campaign": Naming(Campaign),
    "group": Naming(AdGroup),
    "ad": Naming(Ad, name="product__title", english="product__title_en"),
    "keyword": Naming(Keyword, code="pk", name="text", merchant="group__merchant"),
    "term": Naming(SearchTerm, code="number", name="text", is_shared=True),
    "advertised_product": Naming(Product, name="title", english="title_en"),
    "advertised_category": Naming(Category, code="slug", english="name_en", is_shared=True),
    "product": Naming(Product, name="title", english="title_en"),
    "sku": Naming(Variant, code="sku", name="product__title", english="product__title_en"),
    "category": Naming(Category, code="slug", english="name_en", is_shared=True),
    "merchant": Naming(Merchant, english="name_en", merchant="pk"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """A value as programs know it, and as people do; kept answers hold one name of it."""

    code: str
    name: str
    name_en: str = field(default="", compare=False)


def names(code: str, values: Iterable[int], merchants: Collection[int]) -> dict[int, Named]:
    """Return what the values of a dimension are called."""
    naming = NAMINGS[code]
    found = naming.of(merchants).filter(pk__in=[value for value in values if value is not None])
    fields = ("pk", naming.code, naming.name, *([naming.english] if naming.english else []))
    return {pk: Named(str(known), str(name), *english) for pk, known, name, *english in found.values_list(*fields)}


def numbers(code: str, codes: Collection[str], merchants: Collection[int]) -> list:
    """Return the values of a dimension that are known by those codes; texts are values themselves."""
    if DIMENSIONS[code].type != Type.CODE:
        return [int(each) for each in codes] if DIMENSIONS[code].type == Type.NUMBER else list(codes)
    naming = NAMINGS[code]
    known = [each for each in codes if naming.code not in ("number", "pk") or NUMBER.fullmatch(each)]
    return list(naming.of(merchants).filter(**{f"{naming.code}__in": known}).values_list("pk", flat=True))
