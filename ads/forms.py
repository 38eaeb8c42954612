"""Forms of campaigns, of the campaign list and of the wallet."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms.utils import ErrorDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import new_code
from chengfeng.templatetags.frame import text
from shops.models import Category, Merchant, Product
from shops.tenancy import own

from .campaigns import categories_of, keywords_of
from .models import Campaign, Keyword

MOST_KEYWORDS = 200
FOUND_AT_ONCE = 30
CHOSEN_AT_MOST = 200
MOMENT = "%Y-%m-%dT%H:%M"
MARKS = {("[", "]"): Keyword.Match.EXACT, ('"', '"'): Keyword.Match.PHRASE, ("“", "”"): Keyword.Match.PHRASE}
SOURCES = [
    ("approve", _("Test card that pays")),
    ("decline", _("Test card that is declined")),
    ("hang", _("Test card that answers late")),
]


class MomentField(forms.DateTimeField):
    """A date and time in the merchant's time zone."""

    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
        super().__init__(input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"], widget=widget, **kwargs)


class PriceField(forms.DecimalField):
    """A positive amount in cents."""

    def __init__(self, **kwargs):
        super().__init__(min_value=Decimal("0.01"), max_digits=12, decimal_places=2, **kwargs)


class CategoriesField(forms.ModelMultipleChoiceField):
    """Categories, called in the reader's language."""

    def label_from_instance(self, category: Category) -> str:
        return text(category, "name")


def parse_keywords(written: str) -> list[tuple[str, str]]:
    """Read keywords, one a line: `red dress` broad, `"red dress"` as a phrase, `[red dress]` exactly.

    Raises ValidationError naming the line that breaks a rule.
    """
    keywords = []
    for number, line in enumerate(written.splitlines(), start=1):
        word, match = _parse_keyword(line.strip())
        if len(word) > 80:
            raise ValidationError(_("Line %(line)d: a keyword has at most 80 characters."), params={"line": number})
        if word:
            keywords.append((word, match))
    if len(keywords) > MOST_KEYWORDS:
        raise ValidationError(_("At most %(most)d keywords."), params={"most": MOST_KEYWORDS})
    return list(dict.fromkeys(keywords))


def _parse_keyword(line: str) -> tuple[str, str]:
    for (opening, closing), match in MARKS.items():
        if len(line) > 1 and line.startswith(opening) and line.endswith(closing):
            return line[1:-1].strip(), match
    return line, Keyword.Match.BROAD


def write_keyword(keyword: Keyword) -> str:
    """Write a keyword as `parse_keywords` reads it."""
    marks = {Keyword.Match.EXACT: "[{}]", Keyword.Match.PHRASE: '"{}"'}
    return marks.get(keyword.match, "{}").format(keyword.text)


class CampaignForm(forms.Form):
    """Everything that a merchant sets of a campaign."""

    name = forms.CharField(label=_("Name"), max_length=120)
    bid = PriceField(label=_("Highest price per click"))
    daily_budget = PriceField(label=_("Daily budget"))
    starts_at = MomentField(label=_("Starts"))
    ends_at = MomentField(label=_("Ends"), required=False, help_text=_("Empty: it runs until you pause it."))
    products = forms.ModelMultipleChoiceField(None, to_field_name="code", label=_("Products"), required=False)
    categories = CategoriesField(
        None, to_field_name="slug", label=_("Categories"), required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("Pages about these categories. Without categories and keywords the ads run everywhere."),
    )  # fmt: skip
    keywords = forms.CharField(
        label=_("Keywords"), required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_('One a line: red dress (in any order), "red dress" (as a phrase), [red dress] (exactly).'),
    )  # fmt: skip
    hours = forms.TypedMultipleChoiceField(
        label=_("Hours of the week"), choices=[(number, number) for number in range(168)], coerce=int,
        error_messages={"required": _("Choose at least one hour.")},
    )  # fmt: skip
    find = forms.CharField(required=False, max_length=80)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, merchant: Merchant, **kwargs):
        super().__init__(*args, **kwargs)
        self.merchant = merchant
        self.fields["products"].queryset = own(Product, merchant).exclude(state=Product.State.ARCHIVED)
        self.fields["categories"].queryset = Category.objects.order_by("name")
        for name in ("bid", "daily_budget"):
            self.fields[name].help_text = merchant.currency

    def as_draft(self) -> None:
        """Show what was typed without judging it yet."""
        self._errors = ErrorDict()

    def clean_keywords(self) -> list[tuple[str, str]]:
        return parse_keywords(self.cleaned_data["keywords"])

    def clean_hours(self) -> str:
        chosen = set(self.cleaned_data["hours"])
        return "".join("1" if number in chosen else "0" for number in range(168))

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        bid, budget = said.get("bid"), said.get("daily_budget")
        if bid and budget and budget < bid:
            self.add_error("daily_budget", _("The daily budget must pay for at least one click."))
        starts, ends = said.get("starts_at"), said.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The end must be after the start."))
        if not said.get("products") and "products" not in self.errors:
            self.add_error("products", _("Choose at least one product."))
        return said

    def changes(self) -> dict[str, Any]:
        """Return the arguments of the verbs that make or edit a campaign."""
        said = self.cleaned_data
        plain = ("name", "bid", "daily_budget", "starts_at", "ends_at", "hours")
        lists = {name: list(said[name]) for name in ("products", "categories", "keywords")}
        return {"values": {name: said[name] for name in plain}, **lists}

    hour_names = range(24)

    def hour_rows(self) -> Iterator[tuple[str, list[tuple[int, int, bool]]]]:
        """Yield each day's name with its hours as (value, hour, chosen)."""
        chosen = {str(number) for number in self["hours"].value() or ()}
        for day in range(7):
            yield WEEKDAYS[day], [(day * 24 + hour, hour, str(day * 24 + hour) in chosen) for hour in range(24)]

    def chosen_products(self) -> QuerySet[Product]:
        codes = [getattr(value, "code", value) for value in self["products"].value() or ()]
        return self.fields["products"].queryset.filter(code__in=codes).order_by("title", "pk")[:CHOSEN_AT_MOST]

    def found_products(self) -> QuerySet[Product]:
        """Return products to choose from: those that were looked for, or the newest; without those already chosen."""
        products = self.fields["products"].queryset.exclude(pk__in=[product.pk for product in self.chosen_products()])
        for word in str(self["find"].value() or "").split():
            named = Q(title__icontains=word) | Q(title_en__icontains=word) | Q(external_id__iexact=word)
            products = products.filter(named)
        return products.order_by("-created_at", "-pk")[:FOUND_AT_ONCE]


def initial_of(campaign: Campaign) -> dict[str, Any]:
    """Return what the form shows of a campaign that is to be edited."""
    plain = ("name", "starts_at", "ends_at", "version")
    products = campaign.ads.filter(state="active").values_list("product__code", flat=True)
    return {name: getattr(campaign, name) for name in plain} | {
        "bid": two_decimals(campaign.bid),
        "daily_budget": two_decimals(campaign.daily_budget),
        "products": list(products),
        "categories": list(categories_of(campaign).values_list("slug", flat=True)),
        "keywords": "\n".join(write_keyword(keyword) for keyword in keywords_of(campaign)),
        "hours": [number for number, hour in enumerate(campaign.hours) if hour == "1"],
    }


def two_decimals(amount: Decimal) -> Decimal:
    """Drop the decimals beyond cents where they are zero."""
    cents = amount.quantize(Decimal("0.01"))
    return cents if cents == amount else amount.normalize()


class CampaignFilterForm(forms.Form):
    """What the campaign list is narrowed to."""

    q = forms.CharField(required=False, max_length=120)
    state = forms.ChoiceField(required=False, choices=[("", _("All states")), *Campaign.State.choices])

    def narrow(self, campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
        if not self.is_valid():
            return campaigns
        said = self.cleaned_data
        if said["q"]:
            campaigns = campaigns.filter(name__icontains=said["q"])
        if said["state"]:
            return campaigns.filter(state=said["state"])
        return campaigns.exclude(state=Campaign.State.ARCHIVED)


class TopUpForm(forms.Form):
    """Money for the wallet; `code` names the top-up beforehand, so that sending the form twice pays once."""

    amount = PriceField(label=_("Amount"))
    source = forms.ChoiceField(label=_("Pay with"), choices=SOURCES)
    code = forms.RegexField(re.compile(r"top_[0-9A-Z]{16}\Z"), widget=forms.HiddenInput)

    def __init__(self, data: Mapping | None = None, **kwargs):
        super().__init__(data, initial={"code": new_code("top")}, **kwargs)


class StatementForm(forms.Form):
    """What the statement is narrowed to."""

    kind = forms.ChoiceField(
        label=_("Kind"), required=False,
        choices=[("", _("Everything")), ("top_up", _("Top-ups")), ("charge", _("Charges"))],
    )  # fmt: skip
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
