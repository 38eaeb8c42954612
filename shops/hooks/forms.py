"""Forms of webhooks: an endpoint, and what to look for in its log."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chengfeng.typed import TypedField

from . import checking
from .events import EVENTS
from .models import HookEndpoint, HookMessage


def event_choices() -> list[tuple[str, str]]:
    """Return the events to choose from, as people read them."""
    return [(event.name, f"{event.title} ({event.name})") for event in EVENTS.values()]


class EndpointForm(forms.Form):
    """An endpoint; `version` is the one that was shown."""

    url = TypedField(
        label=_("Address"), max_length=500, widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        help_text=_("It gets a POST for every event and answers with a status from 200 to 299 within 10 seconds."),
    )  # fmt: skip
    description = TypedField(
        label=_("Description"), max_length=120, required=False, help_text=_("What listens there, such as “warehouse”.")
    )
    events = forms.MultipleChoiceField(label=_("Events"), choices=event_choices, widget=forms.CheckboxSelectMultiple)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    @classmethod
    def of(cls, endpoint: HookEndpoint, data=None) -> "EndpointForm":
        names = ("url", "description", "events", "version")
        return cls(data, initial={name: getattr(endpoint, name) for name in names})

    def clean_url(self) -> str:
        if rule := checking.fault(url := self.cleaned_data["url"]):
            raise ValidationError(checking.MESSAGES[rule], code=rule)
        return url

    @property
    def values(self) -> dict[str, Any]:
        """What the verbs take."""
        return {name: self.cleaned_data[name] for name in ("url", "description", "events")}


class LogFilter(forms.Form):
    """Which messages are listed."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=lambda: [("", _("All")), *HookMessage.State.choices]
    )
    event = forms.ChoiceField(label=_("Event"), required=False, choices=lambda: [("", _("All")), *event_choices()])

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
