"""The definition of a report: read from JSON with an error for every member that is wrong, and written back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from ads.attribution.rules import Clock, Rule

from . import ruling
from .dimensions import DIMENSIONS, Type
from .measures import MEASURES
from .offers import WITHHELD, refusal
from .periods import NAMED, Days, is_too_long

MOST_DIMENSIONS = 6
MOST_VALUES = 500
MOST_ROWS = 2**31 - 1
LONGEST = 200  # characters of a value
NUMBER = re.compile("[0-9]{1,4}")
FIRST_YEAR, LAST_YEAR = 2000, 2099
COMPARISONS = ("before", "year")
MEMBERS = (
    "dimensions", "measures", "rule", "clock", "period", "compare", "filters", "sort", "limit", "as_of",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a member: its path, the rule it breaks, and a sentence for people."""

    field: str
    rule: str
    message: str


class BadDefinition(ValueError):
    """A definition that cannot be asked, with every flaw that was found."""

    def __init__(self, flaws: list[Flaw]):
        self.flaws = flaws
        super().__init__("; ".join(f"{flaw.field}: {flaw.message}" for flaw in flaws))


@dataclass(frozen=True, slots=True)
class Definition:
    """A question to the history. `period` and `compare` are names, or days of one's own choice.

    `clock` is None where the rule's own is meant; `sort` is empty where the order is the natural one.
    """

    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    preset: str = ruling.DEFAULT_RULE
    changes: tuple[tuple[str, Any], ...] = ()
    clock: Clock | None = None
    period: str | Days = "last_30_days"
    compare: str | Days | None = None
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sort: str = ""
    limit: int | None = None
    as_of: datetime | None = None

    @property
    def rule(self) -> Rule:
        return ruling.choose(self.preset, dict(self.changes))

    @property
    def by_clock(self) -> Clock:
        """The clock that is asked for, or the rule's own."""
        return self.clock or self.rule.clock

    @property
    def touched(self) -> tuple[str, ...]:
        """Every dimension that rows are split or chosen by."""
        return tuple(dict.fromkeys([*self.dimensions, *(code for code, _ in self.filters)]))

    @property
    def refused(self) -> dict[str, str]:
        """The measures that are not offered here, each with the reason."""
        asked = {"dimensions": self.touched, "clock": self.by_clock, "model": self.rule.model}
        found = {code: refusal(code, **asked) for code in self.measures}
        return {code: str(reason) for code, reason in found.items() if reason}

    @property
    def offered(self) -> tuple[str, ...]:
        """The measures that can be answered, in their order."""
        refused = self.refused
        return tuple(code for code in self.measures if code not in refused)

    def with_(self, **changes) -> "Definition":
        return replace(self, **changes)

    def document(self) -> dict:
        """Return the definition as JSON, every member named, such that reading it gives an equal one."""
        return {
            "dimensions": list(self.dimensions),
            "measures": list(self.measures),
            "rule": {"preset": self.preset, "changes": dict(self.changes)},
            "clock": self.clock and self.clock.value,
            "period": {"named": self.period} if isinstance(self.period, str) else self.period.document(),
            "compare": self.compare.document() if isinstance(self.compare, Days) else self.compare,
            "filters": {code: list(values) for code, values in self.filters},
            "sort": self.sort,
            "limit": self.limit,
            "as_of": self.as_of and self.as_of.isoformat(),
        }


def parse(document: Any) -> Definition:
    """Return the definition in a JSON document; raises BadDefinition with every flaw."""
    if not isinstance(document, Mapping):
        raise BadDefinition([Flaw("", "object", _("A definition is an object."))])
    reading = _Reading(document)
    for name in document:
        if name not in MEMBERS:
            reading.blame(str(name), "unknown", _("A definition has no such member."))
    made = {name: read(reading, document.get(name)) for name, read in READERS.items()}
    preset, changes = made.pop("rule")
    if not reading.flaws:
        definition = Definition(**made, preset=preset, changes=changes)
        _check_whole(reading, definition)
    if reading.flaws:
        raise BadDefinition(reading.flaws)
    return definition


@dataclass(slots=True)
class _Reading:
    """What is read, and what was found wrong with it so far."""

    document: Mapping
    flaws: list[Flaw] = field(default_factory=list)

    def blame(self, where: str, rule: str, message: str) -> None:
        self.flaws.append(Flaw(where, rule, message))

    def codes(self, name: str, value: Any, known: Mapping, most: int) -> tuple[str, ...]:
        """Return a list of different known codes."""
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or not all(isinstance(code, str) for code in value):
            self.blame(name, "list", _("Give a list of names."))
            return ()
        for place, code in enumerate(value):
            if name == "dimensions" and code in WITHHELD:
                self.blame(f"{name}.{place}", "not_offered", WITHHELD[code])
            elif code not in known:
                self.blame(f"{name}.{place}", "unknown", _("There is none of this name: %s.") % code[:60])
            elif code in value[:place]:
                self.blame(f"{name}.{place}", "twice", _("This is named twice: %s.") % code)
        if len(value) > most:
            self.blame(name, "too_many", _("At most %d can be asked for at once.") % most)
        return tuple(value)


def _dimensions(reading: _Reading, value: Any) -> tuple[str, ...]:
    return reading.codes("dimensions", value, DIMENSIONS, MOST_DIMENSIONS)


def _measures(reading: _Reading, value: Any) -> tuple[str, ...]:
    codes = reading.codes("measures", value, MEASURES, len(MEASURES))
    if not codes:
        reading.blame("measures", "required", _("Choose at least one measure."))
    return codes


def _rule(reading: _Reading, value: Any) -> tuple[str, tuple]:
    value = {} if value is None else value
    changes = value.get("changes") or {} if isinstance(value, Mapping) else None
    if not isinstance(changes, Mapping) or set(value) - {"preset", "changes"}:
        reading.blame("rule", "object", _("A rule is a preset and changes of it."))
        return ruling.DEFAULT_RULE, ()
    preset = value.get("preset") or ruling.DEFAULT_RULE
    ordered = {name: changes[name] for name in [*ruling.CHANGES, *changes] if name in changes}
    try:
        ruling.choose(str(preset), ordered)
    except ruling.BadRule as error:
        reading.blame(error.field, "rule", str(error))
    return str(preset), tuple(ordered.items())


def _clock(reading: _Reading, value: Any) -> Clock | None:
    if value is None or value in list(Clock):
        return value and Clock(value)
    reading.blame("clock", "choice", _("Choose one of: %s.") % ", ".join(Clock))
    return None


def _period(reading: _Reading, value: Any) -> str | Days:
    if value is None:
        return "last_30_days"
    if isinstance(value, Mapping) and set(value) == {"named"}:
        if not isinstance(value["named"], str) or value["named"] not in NAMED:
            reading.blame("period.named", "choice", _("Choose one of: %s.") % ", ".join(NAMED))
        return value["named"]
    return _days(reading, "period", value) or "last_30_days"


def _compare(reading: _Reading, value: Any) -> str | Days | None:
    if value is None or (isinstance(value, str) and value in COMPARISONS):
        return value
    if isinstance(value, str):
        reading.blame("compare", "choice", _("Choose one of: %s.") % ", ".join(COMPARISONS))
        return None
    return _days(reading, "compare", value)


def _days(reading: _Reading, name: str, value: Any) -> Days | None:
    """Return the days `first` to `last` of a member, both included."""
    if not isinstance(value, Mapping) or set(value) != {"first", "last"}:
        reading.blame(name, "object", _("Give the first and the last day."))
        return None
    days = {}
    for end in ("first", "last"):
        try:
            days[end] = date.fromisoformat(str(value[end]))
        except ValueError:
            reading.blame(f"{name}.{end}", "date", _("Give a day as YYYY-MM-DD."))
    if len(days) < 2:
        return None
    if days["last"] < days["first"]:
        reading.blame(f"{name}.last", "order", _("The last day is before the first."))
        return None
    return _allowed(reading, name, Days(**days))


def _allowed(reading: _Reading, name: str, days: Days) -> Days | None:
    if not FIRST_YEAR <= days.first.year <= days.last.year <= LAST_YEAR:
        reading.blame(f"{name}.first", "range", _("Give days from 2000 to 2099."))
        return None
    if is_too_long(days):
        reading.blame(f"{name}.first", "too_long", _("At most three years can be asked for at once."))
        return None
    return days


def _filters(reading: _Reading, value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    value = {} if value is None else value
    if not isinstance(value, Mapping):
        reading.blame("filters", "object", _("Filters are an object of dimensions and lists of values."))
        return ()
    return tuple((str(code), _values(reading, str(code), wanted)) for code, wanted in sorted(value.items()))


def _values(reading: _Reading, code: str, wanted: Any) -> tuple[str, ...]:
    name = f"filters.{code}"
    if code not in DIMENSIONS or DIMENSIONS[code].type == Type.DATE:
        reading.blame(name, "unknown", _("There is no filter of this name."))
    elif not isinstance(wanted, list | tuple) or not all(_is_value(one, DIMENSIONS[code].type) for one in wanted):
        reading.blame(name, "list", _("Give a list of values."))
    elif not 0 < len(wanted) <= MOST_VALUES:
        reading.blame(name, "number", _("Give from 1 to %d values.") % MOST_VALUES)
    else:
        return tuple(sorted({str(one) for one in wanted}))
    return ()


def _is_value(value: Any, kind: Type) -> bool:
    """Whether rows may be chosen by a value: a short text that can be stored, for numbers one of few digits."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return False
    text = str(value)
    return NUMBER.fullmatch(text) is not None if kind == Type.NUMBER else len(text) <= LONGEST and "\0" not in text


def _sort(reading: _Reading, value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    reading.blame("sort", "text", _("Give the name of a column, with - before it for the largest first."))
    return ""


def _limit(reading: _Reading, value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_ROWS):
        return value
    reading.blame("limit", "number", _("Give a number of rows, or nothing for all of them."))
    return None


def _as_of(reading: _Reading, value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
        if moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError
    except ValueError:
        reading.blame("as_of", "moment", _("Give a moment with its offset, such as 2026-03-01T00:00:00+08:00."))
        return None
    return moment


READERS: dict[str, Callable[[_Reading, Any], Any]] = {
    "dimensions": _dimensions,
    "measures": _measures,
    "rule": _rule,
    "clock": _clock,
    "period": _period,
    "compare": _compare,
    "filters": _filters,
    "sort": _sort,
    "limit": _limit,
    "as_of": _as_of,
}


def _check_whole(reading: _Reading, definition: Definition) -> None:
    """Blame what is right in itself but does not fit the rest."""
    offered = definition.offered
    if not offered:
        reading.blame("measures", "not_offered", next(iter(definition.refused.values())))
    elif definition.sort and definition.sort.removeprefix("-") not in {*definition.dimensions, *offered}:
        reading.blame("sort", "unknown", _("Sort by a dimension or a measure of the report."))
