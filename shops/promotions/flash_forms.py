"""Forms of flash sales: the sale, the variants it offers, and the units of one that runs."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from chengfeng.money import minor_unit

from ..catalogue import listing
from ..catalogue.models import Product
from ..models import FlashItem, FlashSale, Merchant, Variant
from ..tenancy import own
from .flash_drafts import MOST_ITEMS, Offered
from .forms import MomentField

FOUND = 12
MOST_UNITS = 1_000_000


class FlashSaleForm(forms.ModelForm):
    """Title and time of a flash sale."""

    starts_at = MomentField(label=_("Starts"))
    ends_at = MomentField(label=_("Ends"))

    class Meta:
        model = FlashSale
        fields = ["title", "title_en", "starts_at", "ends_at", "takes_coupons"]

    def clean(self) -> dict:
        said = super().clean()
        if said.get("starts_at") and said.get("ends_at") and said["ends_at"] <= said["starts_at"]:
            self.add_error("ends_at", _("It must end after it starts."))
        return said


class ItemForm(forms.Form):
    """One variant of a flash sale; its fields are prefixed by the variant's code."""

    price = forms.DecimalField(label=_("Flash price"), min_value=0, max_digits=14, decimal_places=4)
    quantity = forms.IntegerField(
        label=_("Units"), min_value=1, max_value=MOST_UNITS,
        error_messages={"max_value": _("A million units are the most that one flash sale can have.")},
    )  # fmt: skip
    per_buyer = forms.IntegerField(label=_("Per buyer"), min_value=1, max_value=999, required=False)

    def __init__(self, data: QueryDict | None, *, variant: Variant, item: FlashItem | None, currency: str):
        self.variant, self.unit = variant, minor_unit(currency)
        super().__init__(data, prefix=variant.code, initial=self._initial(item))

    def _initial(self, item: FlashItem | None) -> dict:
        if item is None:
            return {"quantity": min(self.variant.available, 100) or 1}
        return {"price": item.price.quantize(self.unit), "quantity": item.quantity, "per_buyer": item.per_buyer}

    def clean_price(self) -> Decimal:
        price = self.cleaned_data["price"]
        if price % self.unit:
            raise forms.ValidationError(_("There is no such small coin."))
        if price >= self.variant.price:
            raise forms.ValidationError(_("It must be below the ordinary price."))
        return price

    def offered(self) -> Offered:
        return Offered(self.variant, **self.cleaned_data)


class Items:
    """The variants chosen for a sale, each with its form, and others to choose from."""

    def __init__(self, entered: QueryDict | None, *, merchant: Merchant, sale: FlashSale | None, is_judged: bool):
        self.entered, self.merchant, self.sale, self.is_judged = entered, merchant, sale, is_judged
        self.q = (entered.get("find_q", "") if entered else "").strip()[:100]

    @cached_property
    def forms(self) -> list[ItemForm]:
        known = {item.variant_id: item for item in self.sale.items.all()} if self.sale else {}
        made = [
            ItemForm(self.entered, variant=variant, item=known.get(variant.pk), currency=self.merchant.currency)
            for variant in self._chosen()
        ]
        for form in made if self.entered and not self.is_judged else ():
            self._keep(form)
        return made

    def _keep(self, form: ItemForm) -> None:
        """Show what was typed without judging it, or the initial values of a variant that has just been added."""
        names = [form.add_prefix(name) for name in form.fields]
        typed = {name: self.entered.get(form.add_prefix(name)) for name in form.fields}
        if any(name in self.entered for name in names):
            form.initial = typed
        form.is_bound = False

    def _chosen(self) -> list[Variant]:
        if self.entered is None:
            return list(self._variants(item.variant.code for item in self._stored()))
        removed = self.entered.get("remove")
        wanted = [*self.entered.getlist("variant"), self.entered.get("add", "")]
        return list(self._variants(code for code in wanted if code and code != removed))

    def _stored(self) -> Sequence[FlashItem]:
        return self.sale.items.select_related("variant") if self.sale else []

    def _variants(self, codes) -> QuerySet[Variant]:
        mine = own(Variant, self.merchant).filter(code__in=list(codes), product__state=Product.State.ACTIVE)
        return mine.select_related("product").order_by("product__title", "pk")[:MOST_ITEMS]

    def found(self) -> list[Variant]:
        """Return variants to choose from: those of products that match what is looked for, else of the latest."""
        chosen = [form.variant.pk for form in self.forms]
        products = listing.products(self.merchant, q=self.q, state=Product.State.ACTIVE)[:FOUND]
        variants = own(Variant, self.merchant).filter(product__in=[p.pk for p in products], is_active=True)
        return list(variants.exclude(pk__in=chosen).select_related("product").order_by("product__title", "pk")[:FOUND])

    def is_valid(self) -> bool:
        """Judge every form, so that all errors are shown at once."""
        return not [form for form in self.forms if not form.is_valid()]

    def offered(self) -> list[Offered]:
        return [form.offered() for form in self.forms]


class UnitsForm(forms.Form):
    """How many units an item of a published sale shall have in all."""

    units = forms.IntegerField(min_value=1, max_value=MOST_UNITS)
