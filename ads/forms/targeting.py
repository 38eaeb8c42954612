"""To whom the ads of a group are shown, as fields of a form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengfeng.typed import TypedField

from ..models import Ad, AdGroup
from .fields import AudiencesField, CategoriesField, NumberField
from .words import parse_keywords, write_keywords

OF_GROUP = ("categories", "keywords", "include", "exclude", "exclude_buyers_days")


class TargetingForm(forms.Form):
    """Categories and searches on which a group is shown, people to whom it is, and those to whom it is not."""

    categories = CategoriesField(
        label=_("Categories"), required=False,
        help_text=_("Pages about these categories. Without categories and keywords the ads run everywhere."),
    )  # fmt: skip
    keywords = TypedField(
        label=_("Keywords"), required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            'One a line: red dress (in any order), "red dress" (as a phrase), [red dress] (exactly). '
            "A bid of its own goes behind: [red dress] = 1.20"
        ),
    )  # fmt: skip
    include = AudiencesField(label=_("Only people in"), help_text=_("With none ticked: everybody."))
    exclude = AudiencesField(label=_("Nobody in"))
    exclude_buyers_days = NumberField(
        label=_("Leave out who bought from the shop in the last days"), required=False, min_value=1, max_value=365,
        wrong=_("A whole number of days from 1 to 365 is needed."),
        help_text=_("Empty: buyers see the ads as well."),
    )  # fmt: skip

    def clean_keywords(self) -> list:
        return parse_keywords(self.cleaned_data["keywords"])

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if set(said.get("include") or ()) & set(said.get("exclude") or ()):
            self.add_error("exclude", _("The same audience cannot be shown the ads and not be shown them."))
        return said

    def targeting(self) -> dict[str, list]:
        """Return the lists that the verbs take."""
        said = self.cleaned_data
        audiences = [(audience, False) for audience in said["include"]]
        audiences += [(audience, True) for audience in said["exclude"]]
        return {"categories": list(said["categories"]), "keywords": said["keywords"], "audiences": audiences}


def targeting_of(group: AdGroup) -> dict[str, Any]:
    """Return what a form shows of a group: its targeting and what it advertises."""
    audiences = group.audiences.values_list("audience__code", "is_excluded")
    active = group.ads.filter(state=Ad.State.ACTIVE)
    return {
        "categories": list(group.categories.values_list("slug", flat=True)),
        "keywords": write_keywords(group.keywords.order_by("pk").values_list("text", "match", "bid")),
        "include": [code for code, left_out in audiences if not left_out],
        "exclude": [code for code, left_out in audiences if left_out],
        "exclude_buyers_days": group.exclude_buyers_days,
        "products": list(active.filter(note=None).values_list("product__code", flat=True)),
        "notes": list(active.exclude(note=None).values_list("note__code", flat=True)),
    }
