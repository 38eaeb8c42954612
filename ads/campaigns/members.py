"""The members of a campaign by name, in the plain JSON in which changes, undo and proposals keep them.

A name is a column of the campaign, or `modifiers` (placement → per cent), `promotion_days`, `negatives`; of a group
`groups.<code>.<name>` (name, state, bid, exclude_buyers_days, categories, products, notes, keywords, negatives,
audiences); of an ad `ads.<code>.<name>` (state, headline). Amounts are strings without trailing zeros, times ISO 8601
in UTC, lists in one order, so that equal settings are equal values.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ..models import Ad, AdGroup, Campaign, Placement

AMOUNTS = frozenset({"bid", "target_cost", "target_roi", "daily_budget", "total_budget"})
MOMENTS = frozenset({"starts_at", "ends_at"})
PLAIN = (
    "name", "objective", "bid_mode", "bid", "target_cost", "target_roi", "roi_on", "daily_budget", "total_budget",
    "pacing", "placements", "frequency_cap", "state", "starts_at", "ends_at", "hours",
)  # fmt: skip
LISTS = ("modifiers", "promotion_days", "negatives")
OF_GROUP = ("name", "state", "bid", "exclude_buyers_days")
LISTS_OF_GROUP = ("categories", "products", "notes", "keywords", "negatives", "audiences")
OF_AD = ("state", "headline")


@dataclass(frozen=True, slots=True)
class Span:
    """Promotion days as verbs take them."""

    first_day: date
    last_day: date
    bid_percent: int = 0
    budget_percent: int = 0


def of_group(group: AdGroup, name: str) -> str:
    """Return the name of a group's member."""
    return f"groups.{group.code}.{name}"


def of_ad(ad: Ad, name: str) -> str:
    """Return the name of an ad's member."""
    return f"ads.{ad.code}.{name}"


def encode(name: str, value: Any) -> Any:
    """Return a member's value as it is kept."""
    last = name.rpartition(".")[2]
    return ENCODERS[last](value) if last in ENCODERS and value is not None else value


def decode(name: str, value: Any) -> Any:
    """Return the value that the column of a plain member takes."""
    last = name.rpartition(".")[2]
    if value is None:
        return None
    if last in AMOUNTS:
        return Decimal(value)
    return datetime.fromisoformat(value) if last in MOMENTS else value


def _amount(value: Decimal | int | str) -> str:
    return f"{Decimal(value).normalize():f}"


def _moment(value: datetime | str) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC).isoformat()


def _placements(values: Iterable[str]) -> list[str]:
    chosen = {str(value) for value in values}
    known = [value for value in Placement.values if value in chosen]
    return known + sorted(chosen - set(known))


def _modifiers(values: Mapping[str, int]) -> dict[str, int]:
    return {str(placement): percent for placement, percent in sorted(values.items()) if percent}


def _spans(values: Iterable[Span | Mapping[str, Any]]) -> list[dict[str, Any]]:
    spans = [value if isinstance(value, Span) else Span(**value) for value in values]
    plain = [asdict(span) | {"first_day": str(span.first_day), "last_day": str(span.last_day)} for span in spans]
    return sorted(plain, key=lambda span: (span["first_day"], span["last_day"]))


def _words(values: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [list(pair) for pair in sorted({(text, str(match)) for text, match in values})]


def _keywords(values: Iterable[tuple]) -> list[list[Any]]:
    """Keep one bid for each text and match: the last that is said."""
    bids = {(text, str(match)): bid for text, match, bid in ((*value, None)[:3] for value in values)}
    return [[text, match, None if bid is None else _amount(bid)] for (text, match), bid in sorted(bids.items())]


def _codes(values: Iterable[Any]) -> list[str]:
    return sorted({getattr(value, "code", value) for value in values})


def _slugs(values: Iterable[Any]) -> list[str]:
    return sorted({getattr(value, "slug", value) for value in values})


def _audiences(values: Iterable[tuple[Any, bool]]) -> list[list[Any]]:
    return sorted([code, left_out] for code, left_out in {getattr(a, "code", a): bool(x) for a, x in values}.items())


ENCODERS: dict[str, Callable] = {
    **dict.fromkeys(AMOUNTS, _amount), **dict.fromkeys(MOMENTS, _moment), **dict.fromkeys(("state", "match"), str),
    **dict.fromkeys(("objective", "bid_mode", "roi_on", "pacing"), str), "placements": _placements,
    "modifiers": _modifiers, "promotion_days": _spans, "negatives": _words, "keywords": _keywords,
    "categories": _slugs, "products": _codes, "notes": _codes, "audiences": _audiences,
}  # fmt: skip


def encoded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return members by name as they are kept."""
    return {name: encode(name, value) for name, value in values.items()}


def plain(campaign: Campaign) -> dict[str, Any]:
    """Return the members that are columns of the campaign."""
    return {name: encode(name, getattr(campaign, name)) for name in PLAIN}
