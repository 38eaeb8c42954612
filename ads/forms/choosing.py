"""Choosing products and notes in a form: those chosen, and those found by words."""

from collections.abc import Iterable

from django import forms
from django.db.models import Q, QuerySet
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from shops.models import Category, Merchant, Note, Product
from shops.tenancy import own

from ..models import Audience
from .fields import ProductsField

FOUND_AT_ONCE = 30
CHOSEN_AT_MOST = 200


class ChoosingForm(forms.Form):
    """A form in which things to advertise are chosen."""

    products = ProductsField(label=_("Products"))
    notes = ProductsField(label=_("Notes"))
    find = forms.CharField(required=False, max_length=80)
    find_notes = forms.CharField(required=False, max_length=80)

    def __init__(self, *args, merchant: Merchant, **kwargs):
        super().__init__(*args, **kwargs)
        self.merchant = merchant
        products = own(Product, merchant).defer("search").exclude(state=Product.State.ARCHIVED)
        notes = own(Note, merchant).exclude(state=Note.State.WITHDRAWN).filter(tags__isnull=False).distinct()
        choices = {"products": products, "notes": notes, "categories": Category.objects.order_by("name")}
        audiences = own(Audience, merchant).filter(state=Audience.State.ACTIVE).order_by("name", "pk")
        choices |= {"include": audiences, "exclude": audiences}
        for name in choices.keys() & self.fields.keys():
            self.fields[name].queryset = choices[name]

    def as_draft(self) -> None:
        """Show what was typed without judging it yet."""
        self._errors = ErrorDict()

    def refuse(self, errors: dict) -> None:
        """Show what the verbs found wrong beside its field, or above all fields where it has none."""
        for name, error in errors.items():
            self.add_error(name if name in self.fields else None, error)

    def chosen_products(self) -> QuerySet[Product]:
        return self._chosen("products")

    def chosen_notes(self) -> QuerySet[Note]:
        return self._chosen("notes")

    def found_products(self) -> QuerySet[Product]:
        """Return products to choose from: those that were looked for, or the newest; without those already chosen."""
        return self._found("products", "find", ("title", "title_en", "external_id"))

    def found_notes(self) -> QuerySet[Note]:
        return self._found("notes", "find_notes", ("title", "title_en", "author"))

    def _chosen(self, name: str) -> QuerySet:
        codes = [getattr(value, "code", value) for value in self[name].value() or ()]
        return self.fields[name].queryset.filter(code__in=codes).order_by("title", "pk")[:CHOSEN_AT_MOST]

    def _found(self, name: str, sought: str, members: Iterable[str]) -> QuerySet:
        rows = self.fields[name].queryset.exclude(pk__in=[row.pk for row in self._chosen(name)])
        for word in str(self[sought].value() or "").replace("\0", "").split():
            rows = rows.filter(Q.create([(f"{member}__icontains", word) for member in members], connector=Q.OR))
        return rows.order_by("-created_at", "-pk")[:FOUND_AT_ONCE]
