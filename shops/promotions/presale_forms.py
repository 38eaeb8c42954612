"""The form of presales: the variant, its price in two parts, and their times."""

from decimal import Decimal

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from chengfeng.money import minor_unit

from ..catalogue import listing
from ..catalogue.models import Product
from ..models import Merchant, Presale, Variant
from ..tenancy import own
from .forms import MomentField

FOUND = 12
AFTER = (  # an earlier time, a later one that may not be the same, what to say
    ("starts_at", "ends_at", _("Deposits must end after they start.")),
    ("balance_from", "balance_until", _("The time of the balance must end after it starts.")),
    ("ends_at", "balance_until", _("The balance must be due after the last deposits.")),
)
NOT_BEFORE = (
    ("starts_at", "balance_from", _("The balance cannot be paid before deposits start.")),
    ("balance_from", "ships_by", _("It ships after the balance can be paid.")),
)


class PresaleForm(forms.ModelForm):
    """Title, prices per unit and times of a presale."""

    starts_at = MomentField(label=_("Deposits from"))
    ends_at = MomentField(label=_("Deposits until"))
    balance_from = MomentField(label=_("Balance from"))
    balance_until = MomentField(label=_("Balance until"))
    ships_by = MomentField(label=_("Ships by"))

    class Meta:
        model = Presale
        fields = [
            "title", "title_en", "price", "deposit",
            "starts_at", "ends_at", "balance_from", "balance_until", "ships_by",
        ]  # fmt: skip

    def __init__(self, *args, merchant: Merchant, **kwargs):
        super().__init__(*args, **kwargs)
        self.unit = minor_unit(merchant.currency)
        for name in ("price", "deposit"):
            self.fields[name].min_value = Decimal(0)
            if self.instance.pk:
                self.initial[name] = getattr(self.instance, name).quantize(self.unit)

    def clean(self) -> dict:
        said = super().clean()
        for name in ("price", "deposit"):
            if said.get(name) is not None and (said[name] <= 0 or said[name] % self.unit):
                self.add_error(name, _("Give an amount above zero in whole coins."))
        if said.get("price") and said.get("deposit") and said["deposit"] >= said["price"]:
            self.add_error("deposit", _("The deposit must be below the price."))
        for first, second, message in AFTER:
            self._refuse(second, message, if_=_both(said, first, second) and said[second] <= said[first])
        for first, second, message in NOT_BEFORE:
            self._refuse(second, message, if_=_both(said, first, second) and said[second] < said[first])
        return said

    def _refuse(self, name: str, message: str, *, if_: bool) -> None:
        if if_ and name not in self.errors:
            self.add_error(name, message)


def _both(said: dict, first: str, second: str) -> bool:
    return bool(said.get(first) and said.get(second))


class Choice:
    """The variant chosen for a presale, and others to choose from."""

    def __init__(self, entered: QueryDict | None, *, merchant: Merchant, presale: Presale | None):
        self.entered, self.merchant, self.presale = entered, merchant, presale
        self.q = (entered.get("find_q", "") if entered else "").strip()[:100]
        self.is_missing = False

    @cached_property
    def variant(self) -> Variant | None:
        if self.entered is None:
            return self.presale and self.presale.variant
        code = self.entered.get("choose") or self.entered.get("variant", "")
        mine = own(Variant, self.merchant).filter(product__state=Product.State.ACTIVE, is_active=True)
        return mine.select_related("product").filter(code=code).first()

    def found(self) -> list[Variant]:
        products = listing.products(self.merchant, q=self.q, state=Product.State.ACTIVE)[:FOUND]
        variants = own(Variant, self.merchant).filter(product__in=[p.pk for p in products], is_active=True)
        rest = variants.exclude(pk=self.variant.pk) if self.variant else variants
        return list(rest.select_related("product").order_by("product__title", "pk")[:FOUND])

    def is_valid(self) -> bool:
        self.is_missing = self.variant is None
        return not self.is_missing
