"""Paths as a picture and as files: what the models say of each channel, and the paths that were taken most."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengfeng.templatetags.frame import text

from .tallying import PathModel
from .telling import Channel, Paths

MOST_BARS = 12
LABELS = {
    PathModel.FIRST: gettext_lazy("First touch"), PathModel.LAST: gettext_lazy("Last touch"),
    PathModel.LINEAR: gettext_lazy("Linear"), PathModel.DISTINCT: gettext_lazy("Shapley of counts"),
    PathModel.MARKOV: gettext_lazy("Markov"), PathModel.SHAPLEY: gettext_lazy("Shapley of rates"),
}  # fmt: skip
MEANINGS = {
    PathModel.FIRST: gettext_lazy("All to the first step of the path."),
    PathModel.LAST: gettext_lazy("All to the last step of the path."),
    PathModel.LINEAR: gettext_lazy("Evenly to all steps."),
    PathModel.DISTINCT: gettext_lazy(
        "Evenly to the different channels of a path, which is what Shapley values of order counts come to. It "
        "describes who was there, no more."
    ),
    PathModel.MARKOV: gettext_lazy(
        "In proportion to the orders that a chain of steps would lose without the channel, solved exactly."
    ),
    PathModel.SHAPLEY: gettext_lazy(
        "What the channel adds, on average over all sets of channels, when journeys without some of their channels "
        "convert at the rate of journeys that never met them. Below zero, journeys convert less with it."
    ),
}  # fmt: skip


def by_weight(found: Paths) -> list[Channel]:
    """Return the channels, those in front that most orders went through."""
    return sorted(found.channels, key=lambda each: -each.credits[PathModel.LINEAR].conversions)


def picture(found: Paths) -> dict | None:
    """Return bars of what part each model credits to each channel; None where nothing is credited."""
    channels = by_weight(found)[:MOST_BARS]
    if not found.conversions:
        return None
    drawn = [model for model in found.models if model is not PathModel.DISTINCT]
    series = [
        {
            "type": "bar", "barMaxWidth": 18, "unit": "percent", "name": str(LABELS[model]),
            "data": [each.share(model, found.conversions) for each in channels],
        }
        for model in drawn
    ]  # fmt: skip
    return {
        "legend": {}, "xAxis": {"type": "category", "data": [text(each.named, "name") for each in channels]},
        "yAxis": [{"type": "value", "unit": "percent"}], "series": series,
    }  # fmt: skip


def channel_rows(found: Paths) -> tuple[list[str], Iterator[Sequence]]:
    """Return the headings and rows of a file: a row for each channel and model."""
    headings = [
        _("Channel"), _("Code"), _("Model"), _("Orders"), _("Value"), _("Currency"), _("Share"), _("Removal effect"),
    ]  # fmt: skip
    rows = (
        (
            each.named.name, each.named.code, str(LABELS[model]), credit.conversions, credit.value, found.currency,
            rounded(each.share(model, found.conversions)),
            rounded(each.effect) if model is PathModel.MARKOV else None,
        )
        for each in by_weight(found) for model, credit in each.credits.items()
    )  # fmt: skip
    return headings, rows


def rounded(ratio: Decimal | float | None) -> Decimal | float | None:
    return None if ratio is None else round(ratio, 6)


def path_rows(found: Paths) -> tuple[list[str], Iterator[Sequence]]:
    """Return the headings and rows of a file of the most frequent paths."""
    headings = [_("Path"), _("Journeys"), _("Orders"), _("No order"), _("Conversion rate"), _("Value"), _("Currency")]
    rows = (
        (
            " > ".join(step.name for step in path.steps), path.journeys, path.conversions, path.nulls,
            rounded(path.rate), path.value, found.currency,
        )
        for path in found.frequent
    )  # fmt: skip
    return headings, rows
