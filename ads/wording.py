"""Changes of campaigns in words: what each member is called, and how its values read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chengfeng.templatetags.frame import DASH, money, text
from shops.models import Category, Merchant, Note, Product
from shops.tenancy import own

from .forms.words import write_keywords
from .models import Ad, AdGroup, Audience, Campaign, Change, Placement

LABELS = {
    "name": gettext_lazy("Name"),
    "objective": gettext_lazy("Objective"),
    "bid_mode": gettext_lazy("Bidding"),
    "bid": gettext_lazy("Bid"),
    "target_cost": gettext_lazy("Target cost per order"),
    "target_roi": gettext_lazy("Target ROI"),
    "roi_on": gettext_lazy("ROI on"),
    "daily_budget": gettext_lazy("Daily budget"),
    "total_budget": gettext_lazy("Total budget"),
    "pacing": gettext_lazy("Pacing"),
    "placements": gettext_lazy("Placements"),
    "frequency_cap": gettext_lazy("Impressions per person and day"),
    "state": gettext_lazy("State"),
    "starts_at": gettext_lazy("Starts"),
    "ends_at": gettext_lazy("Ends"),
    "hours": gettext_lazy("Hours of the week"),
    "modifiers": gettext_lazy("Placement modifiers"),
    "promotion_days": gettext_lazy("Promotion days"),
    "negatives": gettext_lazy("Negative keywords"),
    "exclude_buyers_days": gettext_lazy("Leave out buyers of the last days"),
    "categories": gettext_lazy("Categories"),
    "products": gettext_lazy("Products"),
    "notes": gettext_lazy("Notes"),
    "keywords": gettext_lazy("Keywords"),
    "audiences": gettext_lazy("Audiences"),
    "headline": gettext_lazy("Headline"),
}
CHOICES = {
    "objective": Campaign.Objective, "bid_mode": Campaign.BidMode, "roi_on": Campaign.RoiOn,
    "pacing": Campaign.Pacing, "state": Campaign.State,
}  # fmt: skip
MONEY = frozenset({"bid", "target_cost", "daily_budget", "total_budget"})
MOMENTS = frozenset({"starts_at", "ends_at"})
COLLECTIONS = frozenset(
    {"placements", "modifiers", "promotion_days", "negatives", "categories", "products", "notes", "keywords",
     "audiences"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One member of a change: of what it is, and its value before and after, or what was added and removed."""

    label: str
    owner: str = ""
    before: str = ""
    after: str = ""
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


class Wording:
    """Puts members into words; looks up what their codes are called once, for all the documents given."""

    def __init__(self, merchant: Merchant, documents: Iterable[Mapping[str, Any]]):
        self.merchant = merchant
        codes = _codes(list(documents))
        self.groups = _names(own(AdGroup, merchant), codes["groups"], lambda row: row.name)
        ads = own(Ad, merchant).select_related("product", "note")
        self.ads = _names(ads, codes["ads"], lambda row: text(row.note or row.product, "title"))
        self.products = _names(own(Product, merchant).defer("search"), codes["products"], _title)
        self.notes = _names(own(Note, merchant), codes["notes"], _title)
        self.audiences = _names(own(Audience, merchant), codes["audiences"], lambda row: row.name)
        self.categories = _names(Category.objects, codes["categories"], lambda row: text(row, "name"), by="slug")

    def lines(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Line]:
        """Return what differs between two documents, member by member."""
        lines = [self._line(name, before.get(name), value) for name, value in after.items()]
        return [line for line in lines if line.before != line.after or line.added or line.removed]

    def _line(self, name: str, before: Any, after: Any) -> Line:
        kind, _dot, rest = name.partition(".")
        code, last = rest.partition(".")[0], name.rpartition(".")[2]
        owner = {"groups": self.groups, "ads": self.ads}.get(kind, {}).get(code, "") if rest else ""
        label = str(LABELS.get(last, last))
        if last in COLLECTIONS:
            old, new = self._items(last, before), self._items(last, after)
            added, removed = [item for item in new if item not in old], [item for item in old if item not in new]
            return Line(label, owner, added=added, removed=removed)
        return Line(label, owner, self.value(last, before), self.value(last, after))

    def value(self, last: str, value: Any) -> str:
        """Return a value that is not a collection in words."""
        if value in (None, ""):
            return DASH
        if last in MONEY:
            return money(Decimal(value), self.merchant.currency)
        if last in CHOICES:
            return str(CHOICES[last](value).label)
        if last in MOMENTS:
            return date_format(localtime(datetime.fromisoformat(value)), "SHORT_DATETIME_FORMAT")
        if last == "hours":
            number = value.count("1")
            return ngettext("%(hours)d hour", "%(hours)d hours", number) % {"hours": number}
        return str(value)

    def _items(self, last: str, value: Any) -> list[str]:
        return [self._item(last, item) for item in (value.items() if isinstance(value, dict) else value or ())]

    def _item(self, last: str, item: Any) -> str:
        named = {"products": self.products, "notes": self.notes, "categories": self.categories}
        if last in named:
            return named[last].get(item, item)
        return ITEMS[last](self, item)

    def audience(self, item: tuple[str, bool]) -> str:
        code, is_left_out = item
        name = self.audiences.get(code, code)
        return _("not %(audience)s") % {"audience": name} if is_left_out else name


def _title(row: Product | Note) -> str:
    return text(row, "title")


def _modifier(_wording: Wording, item: tuple[str, int]) -> str:
    placement, percent = item
    return f"{Placement(placement).label} {percent:+d} %"


def _span(_wording: Wording, span: Mapping[str, Any]) -> str:
    days = [date_format(date.fromisoformat(span[name]), "SHORT_DATE_FORMAT") for name in ("first_day", "last_day")]
    said = {"bid": f"{span['bid_percent']:+d}", "budget": f"{span['budget_percent']:+d}"}
    return " – ".join(dict.fromkeys(days)) + " · " + _("bid %(bid)s %%, budget %(budget)s %%") % said


ITEMS: dict[str, Callable[[Wording, Any], str]] = {
    "placements": lambda _wording, item: str(Placement(item).label),
    "modifiers": _modifier,
    "promotion_days": _span,
    "negatives": lambda _wording, item: write_keywords([item]),
    "keywords": lambda _wording, item: write_keywords([item]),
    "audiences": Wording.audience,
}


def _codes(documents: list[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return by kind the codes that members are named by or hold."""
    codes = {kind: set() for kind in ("groups", "ads", "products", "notes", "categories", "audiences")}
    for name, value in (member for document in documents for member in document.items()):
        kind, _dot, rest = name.partition(".")
        last = name.rpartition(".")[2]
        if rest:
            codes[kind].add(rest.partition(".")[0])
        if last == "audiences":
            codes[last] |= {code for code, _left_out in value or ()}
        elif last in codes:
            codes[last] |= set(value or ())
    return codes


def _names(rows: Any, codes: set[str], name: Callable, *, by: str = "code") -> dict[str, str]:
    return {getattr(row, by): name(row) for row in rows.filter(**{f"{by}__in": codes})} if codes else {}


STARTED = {
    Campaign.State.ACTIVE: gettext_lazy("Started"),
    Campaign.State.PAUSED: gettext_lazy("Paused"),
    Campaign.State.ARCHIVED: gettext_lazy("Archived"),
}


def title(change: Change) -> str:
    """Return in a word what a change was."""
    if not change.before:
        if "objective" in change.after:
            return _("Created")
        return _("Ad added") if any(name.startswith("ads.") for name in change.after) else _("Group added")
    if set(change.after) == {"state"}:
        return str(STARTED[change.after["state"]])
    return _("Changed")
