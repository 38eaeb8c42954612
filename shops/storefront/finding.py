"""Finding products: words, category, price range and order, as a shopper asks for them in an address."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chengfeng.searching import SearchField
from shops.catalogue.search import search_products
from shops.models import Category, Merchant, Product

from . import showing

SORTS = {
    "": _("Best match"),
    "newest": _("Newest"),
    "cheapest": _("Price, low to high"),
    "dearest": _("Price, high to low"),
}
ORDERS = {
    "newest": ("-created_at", "-pk"),
    "cheapest": ("price", "pk"),
    "dearest": ("-price", "pk"),
}
BY_PRICE = {"cheapest", "dearest"}


class SearchForm(forms.Form):
    """What a shopper looks for; every field may stay empty. Prices are in one currency: the shop's, or a chosen one."""

    q = SearchField(label=_("Words"))
    category = forms.ModelChoiceField(
        Category.objects.none(), label=_("Category"), required=False, to_field_name="slug", empty_label=_("All")
    )
    lowest = forms.DecimalField(label=_("Price from"), required=False, min_value=0, max_digits=12, decimal_places=2)
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    highest = forms.DecimalField(label=_("Price to"), required=False, min_value=0, max_digits=12, decimal_places=2)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=list(SORTS.items()))

    def __init__(self, *args, merchant: Merchant | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.select_related("parent")
        self.currencies = [merchant.currency] if merchant else showing.currencies()
        self.fields["currency"].choices = [(code, code) for code in self.currencies]

    def clean(self) -> dict:
        wanted = super().clean()
        wanted["currency"] = wanted.get("currency") or next(iter(self.currencies), "")
        lowest, highest = wanted.get("lowest"), wanted.get("highest")
        if lowest is not None and highest is not None and highest < lowest:
            self.add_error("highest", _("This price must not be below the other."))
        return wanted


def find(
    *, q: str = "", category: Category | None = None, lowest=None, highest=None, currency: str = "", sort: str = "",
    merchant: Merchant | None = None,
) -> QuerySet[Product]:  # fmt: skip
    """Return the products on sale that match, best match first unless `sort` says otherwise.

    Amounts of different currencies cannot be compared: where prices count, only those in `currency` are found.
    """
    found = showing.priced(search_products(q, category=category, merchant=merchant))
    if lowest is not None or highest is not None or sort in BY_PRICE:
        found = found.filter(merchant__currency=currency)
    if lowest is not None:
        found = found.filter(price__gte=lowest)
    if highest is not None:
        found = found.filter(price__lte=highest)
    return found.order_by(*ORDERS[sort]) if sort else found
