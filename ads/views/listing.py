"""The rows of the campaign list: narrowed, sorted by any number, one page of them with all that it shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengfeng.money import ZERO, round_money
from chengfeng.periods import local_date
from shops.models import Merchant

from .. import performance
from ..campaigns.objectives import Column
from ..campaigns.promotion import day_budgets
from ..eligibility import Findings, findings
from ..models import Campaign, CampaignDay
from ..performance import Cell, Result
from ..performance.columns import Heading as Numbers
from .goals import Reached, reached

FIRST = (("name", _("Campaign")), ("bid_mode", _("Bidding")), ("today", _("Today")), ("goal", _("Goal")))
SORTS = {*(name for name, _label in FIRST), *Column.values}
WORDS = ("name", "bid_mode")
ORDERED_BY = ("name", "state", "bid_mode", "objective", "roi_on", "target_roi", "target_cost")


@dataclass(frozen=True, slots=True)
class Shown:
    """How somebody looks at the list: over how many days, by what order, with which columns, how much at once."""

    days: int
    sort: str
    rows: int
    columns: Sequence[Numbers]


@dataclass(frozen=True, slots=True)
class Heading:
    """A column by which the list can be sorted: where its link leads, and how it is sorted now."""

    name: str
    label: Promise | str
    meaning: Promise | str
    sort: str
    direction: str
    is_number: bool


def headings(shown: Shown) -> list[Heading]:
    """Return the columns; numbers are sorted downwards first, words upwards, and the other way round after that."""
    first = [_heading(name, label, "", shown.sort) for name, label in FIRST]
    return [*first, *(_heading(name, label, meaning, shown.sort) for name, label, _unit, meaning in shown.columns)]


def _heading(name: str, label: Promise | str, meaning: Promise | str, sort: str) -> Heading:
    directions = {name: "ascending", f"-{name}": "descending"}
    first, second = (name, f"-{name}") if name in WORDS else (f"-{name}", name)
    is_number = name not in WORDS and name != "today"
    return Heading(name, label, meaning, second if sort == first else first, directions.get(sort, "none"), is_number)


def sorts(shown: Shown) -> list[tuple[str, Promise | str]]:
    """Return the orders to choose from where there are no headings to press: each column's first way."""
    columns = (*FIRST, *((name, label) for name, label, *_rest in shown.columns))
    return [(name if name in WORDS else f"-{name}", label) for name, label in columns]


@dataclass(frozen=True, slots=True)
class Row:
    """A campaign with today's budget and its numbers."""

    campaign: Campaign
    found: Findings
    spent: Decimal
    budget: Decimal
    cells: list[Cell]
    result: Result
    reached: Reached | None

    @property
    def cost(self) -> Decimal:
        """What the days that are looked at cost, in coins."""
        return round_money(self.result.spend, self.campaign.merchant.currency)


def page_of(
    merchant: Merchant, campaigns: QuerySet[Campaign], shown: Shown, *, number: str | None, at: datetime
) -> tuple[Page, Result]:
    """Return a page of rows, and the total of all campaigns that fit."""
    today = local_date(at, merchant.time_zone)
    results = performance.by_campaign(merchant, today - timedelta(days=shown.days - 1), today)
    spent = dict(CampaignDay.objects.filter(campaign__in=campaigns, day=today).values_list("campaign", "spent"))
    rows = list(campaigns.order_by("-created_at", "-pk").only(*ORDERED_BY))
    page = Paginator(in_order(rows, shown.sort, results, spent), shown.rows).get_page(number)
    whole = performance.total(results[row.pk] for row in rows)
    page.object_list = _rows(merchant, [row.pk for row in page], results, shown.columns, today, at)
    return page, whole


def in_order(
    rows: list[Campaign], sort: str, results: Mapping[int, Result], spent: Mapping[int, Decimal]
) -> list[Campaign]:
    """Sort by a column, downwards with a minus; those without a value come last. Unsorted: what runs, the newest."""
    name, down = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        return sorted(rows, key=lambda row: row.state != Campaign.State.ACTIVE)
    value = _value_of(name, results, spent)
    known = [row for row in rows if value(row) is not None]
    unknown = [row for row in rows if value(row) is None]
    return [*sorted(known, key=value, reverse=down), *unknown]


def _value_of(name: str, results: Mapping[int, Result], spent: Mapping[int, Decimal]) -> Callable[[Campaign], Any]:
    if name == "today":
        return lambda row: spent.get(row.pk, ZERO)
    if name in WORDS:
        return lambda row: getattr(row, name).casefold()
    if name == "goal":
        return lambda row: (goal := reached(row, results[row.pk])) and goal.ratio
    return lambda row: getattr(results[row.pk], name)


def _rows(
    merchant: Merchant, keys: list[int], results: Mapping[int, Result], columns: Sequence[Numbers], today: date,
    at: datetime,
) -> list[Row]:  # fmt: skip
    found = Campaign.objects.select_related("steering").in_bulk(keys)
    campaigns = [found[key] for key in keys]
    for campaign in campaigns:
        campaign.merchant = merchant
    days = {day.campaign_id: day for day in CampaignDay.objects.filter(campaign__in=keys, day=today)}
    budgets = day_budgets(found, dict.fromkeys(keys, today))
    why = findings(campaigns, at=at)
    return [
        _row(each, why[each.pk], days.get(each.pk), budgets[each.pk], results[each.pk], columns) for each in campaigns
    ]


def _row(
    campaign: Campaign, found: Findings, day: CampaignDay | None, budget: Decimal, result: Result,
    columns: Sequence[Numbers],
) -> Row:  # fmt: skip
    currency = campaign.merchant.currency
    return Row(
        campaign=campaign, found=found, spent=round_money(day.spent, currency) if day else ZERO,
        budget=day.budget if day else budget, cells=performance.cells(result, columns, currency), result=result,
        reached=reached(campaign, result),
    )  # fmt: skip
