"""Forms of the catalogue: filters, products, their variants, files to import."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chengfeng.money import minor_unit
from chengfeng.searching import SearchField

from ..delivery.models import ShippingTemplate
from ..people.models import Merchant
from . import pictures
from .categories import choices
from .editing import VariantEdit
from .importing import cells
from .importing.reading import MAX_BYTES
from .models import Category, Product, Variant

STOCK = [("", _("Any stock")), ("low", _("Running low")), ("none", _("Sold out"))]
NEW_ROWS = 3


def templates_of(merchant: Merchant) -> QuerySet[ShippingTemplate]:
    """Return the shipping templates that a product may be sent by."""
    return ShippingTemplate.objects.filter(merchant=merchant, archived_at=None).order_by("name", "pk")


class CategoryField(forms.ModelChoiceField):
    """A category by its slug, shown as a tree."""

    def __init__(self, **kwargs):
        super().__init__(Category.objects.all(), to_field_name="slug", required=False, **kwargs)

    def grow(self, language: str) -> None:
        """Offer the tree as it is now."""
        is_english = language.startswith("en")
        names = [(c.slug, f"{' ' * 4 * depth}{(c.name_en if is_english else '') or c.name}") for c, depth in choices()]
        self.widget.choices = [("", self.empty_label or "---------"), *names]


class PictureField(forms.FileField):
    """A picture that is drawn anew on arrival."""

    widget = forms.FileInput(attrs={"accept": pictures.ACCEPT})

    def clean(self, data: Any, initial: Any = None):
        upload = super().clean(data, initial)
        return pictures.redrawn(upload) if upload and upload is not initial else None


class FilterForm(forms.Form):
    """What the list of products shows."""

    q = SearchField(label=_("Words, number or SKU"))
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Any state")), *Product.State.choices]
    )  # fmt: skip
    category = CategoryField(label=_("Category"), empty_label=_("Any category"))
    stock = forms.ChoiceField(label=_("Stock"), required=False, choices=STOCK)

    def __init__(self, *args, language: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].grow(language)

    def wanted(self) -> dict:
        """Return the filters that are valid; a broken address filters nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ProductForm(forms.ModelForm):
    """Texts, category, state and picture of a product; `version` is the one that was shown."""

    category = CategoryField(label=_("Category"), empty_label=_("No category"))
    picture = PictureField(
        label=_("Picture"), required=False, help_text=_("JPEG, PNG, WebP or GIF, up to 10 MB. It replaces the old one.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    class Meta:
        model = Product
        fields = [
            "title", "title_en", "description", "description_en", "brand", "category", "state", "is_service",
            "voucher_days", "shipping_template", "external_id",
        ]  # fmt: skip
        widgets = {name: forms.Textarea(attrs={"rows": 6}) for name in ("description", "description_en")}

    def __init__(self, *args, language: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].grow(language)
        self.fields["shipping_template"].queryset = templates_of(self.instance.merchant)
        self.fields["shipping_template"].empty_label = _("The default")
        self.fields["voucher_days"].required = False
        self.fields["voucher_days"].help_text = _("Of a service: how long its vouchers can be used.")
        if self.instance.pk:
            del self.fields["external_id"]
            self.initial["version"] = self.instance.version
            self.initial["category"] = self.instance.category and self.instance.category.slug
        else:
            self.fields["external_id"].required = False
            self.fields["external_id"].help_text = _("Your own number of this product; made for you when left empty.")
        for name in ("description", "description_en"):
            self.fields[name].max_length = 20_000

    def clean_voucher_days(self) -> int:
        days = self.cleaned_data["voucher_days"]
        return self.instance.voucher_days if days is None else days

    def _post_clean(self) -> None:
        """Leave the instance alone: editing compares it with what was entered."""

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("picture", "version")}


class OptionsField(forms.CharField):
    """Options as people write them: `Colour: red; Size: M`."""

    def clean(self, value: str) -> dict[str, str]:
        text = super().clean(value).replace("：", ":").replace("；", ";")
        options = {}
        for part in filter(None, map(str.strip, text.split(";"))):
            name, _colon, chosen = (piece.strip() for piece in part.partition(":"))
            if not name or not chosen:
                raise ValidationError(_("Write options as “Colour: red; Size: M”."), "options")
            options[name] = chosen
        return options

    def prepare_value(self, value: Any) -> Any:
        return "; ".join(f"{name}: {chosen}" for name, chosen in value.items()) if isinstance(value, dict) else value


class VariantForm(forms.ModelForm):
    """A row of the table of variants. Units are counted only where another number is entered than was shown."""

    code = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    shown_on_hand = forms.IntegerField(widget=forms.HiddenInput, required=False)
    options = OptionsField(label=_("Options"), required=False, max_length=400)
    options_en = OptionsField(label=_("Options in English"), required=False, max_length=400)
    price = forms.DecimalField(label=_("Price"), min_value=0, max_digits=16, decimal_places=4)
    list_price = forms.DecimalField(label=_("List price"), min_value=0, max_digits=16, decimal_places=4, required=False)
    cost = forms.DecimalField(label=_("Cost"), min_value=0, max_digits=16, decimal_places=4, required=False)
    on_hand = forms.IntegerField(label=_("On hand"), min_value=0, max_value=10**9 - 1)

    class Meta:
        model = Variant
        fields = ["sku", "options", "options_en", "gtin", "price", "list_price", "cost", "is_active"]

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.currency, known = currency, self.instance
        for name in ("price", "list_price", "cost"):
            self.fields[name].widget.attrs |= {"step": str(minor_unit(currency)), "inputmode": "decimal"}
            amount = getattr(known, name)
            if amount is not None:
                self.initial[name] = max(amount.normalize(), amount.quantize(minor_unit(currency)), key=_places)
        if known.pk:
            self.fields["sku"].disabled = True
            self.initial |= {"code": known.code, "version": known.version}
        self.fields["options"].widget.attrs["placeholder"] = _("Colour: red; Size: M")
        self.fields["options_en"].widget.attrs["placeholder"] = _("in English")
        self.initial |= {"on_hand": known.on_hand, "shown_on_hand": known.on_hand}

    def _post_clean(self) -> None:
        """Leave the instance alone: editing compares it with what was entered."""

    def clean_gtin(self) -> str:
        written = self.cleaned_data["gtin"]
        try:
            return cells.gtin(written) if written else ""
        except cells.Broken:
            raise ValidationError(_("This is not a GTIN with a right check digit."), "gtin") from None

    def clean(self) -> dict:
        values = super().clean()
        for name in ("price", "list_price"):
            if values.get(name) and values[name] % minor_unit(self.currency):
                self.add_error(name, _("There is no coin this small."))
        price, listed = values.get("price"), values.get("list_price")
        if price is not None and listed is not None and listed < price:
            self.add_error("list_price", _("The list price must not be below the price."))
        return values

    def edit(self) -> VariantEdit:
        entered = self.cleaned_data
        values = {name: entered[name] for name in self.Meta.fields if name != "sku" or not entered["code"]}
        counted = entered["on_hand"] if entered["on_hand"] != (entered["shown_on_hand"] or 0) else None
        return VariantEdit(values, entered["code"], entered["version"], counted)


def _places(amount: Decimal) -> int:
    return -int(amount.as_tuple().exponent)


class VariantTable(forms.BaseModelFormSet):
    """All variants of a product, and empty rows for new ones."""

    def edits(self) -> list[VariantEdit]:
        """Return the edits of rows that were touched."""
        return [form.edit() for form in self.forms if form.instance.pk or form.has_changed()]

    def blame(self, sku: str, name: str, message: str) -> bool:
        """Put an error at a field of a SKU's row; return whether there is such a row."""
        for form in self.forms:
            if form.cleaned_data.get("sku") == sku:
                form.add_error(name, message)
                return True
        return False


VariantFormSet = forms.modelformset_factory(
    Variant, VariantForm, formset=VariantTable, extra=NEW_ROWS, max_num=400, validate_max=True
)


class ImportForm(forms.Form):
    """A catalogue file, tried out first unless told otherwise."""

    file = forms.FileField(label=_("File"), widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.gz"}))
    is_dry = forms.BooleanField(
        label=_("Try it out first: report what would change, change nothing"), required=False, initial=True
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(
                _("The file is larger than %(limit)s MB."), "too_large", params={"limit": MAX_BYTES >> 20}
            )
        return file
