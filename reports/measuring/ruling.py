"""The rule that a report asks for: a preset and what is changed of it, checked member by member."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from ads.attribution.presets import DEFAULT, PRESETS
from ads.attribution.rules import Counted, Kind, Model, Rule, Scope, State

LONGEST = timedelta(days=90)
SHORTEST = timedelta(hours=1)
LENGTH = re.compile(r"([0-9]{1,4})([hd])")
HOURS = {"h": 1, "d": 24}
KINDS = {"click": Kind.CLICK, "live": Kind.LIVE, "read": Kind.READ, "engagement": Kind.ENGAGEMENT,
         "viewable": Kind.VIEWABLE, "view": Kind.VIEW}  # fmt: skip
RANKS = {Kind.CLICK: 0, Kind.LIVE: 1, Kind.READ: 1, Kind.ENGAGEMENT: 1, Kind.VIEWABLE: 2, Kind.VIEW: 2}
OFF = "0"


class BadRule(ValueError):
    """A member of a rule is not valid; `field` is its path in the definition."""

    def __init__(self, field: str, message: str):
        self.field = field
        super().__init__(message)


def choose(preset: str, changes: Mapping[str, Any]) -> Rule:
    """Return the preset of that name with the changes made to it; raises BadRule."""
    if preset not in PRESETS:
        raise BadRule("rule.preset", _("There is no rule of this name."))
    rule = PRESETS[preset]
    for name, value in changes.items():
        if name not in CHANGES:
            raise BadRule(f"rule.changes.{name}", _("A rule has no such member."))
        try:
            rule = CHANGES[name](rule, value)
        except ValueError as error:
            raise BadRule(f"rule.changes.{name}", str(error)) from error
    if not rule.counts and rule.model is not Model.EVERYTHING:
        raise BadRule("rule.changes", _("A rule must count at least one kind of touch."))
    return rule


def length(text: Any) -> timedelta:
    """Return a length of time written as hours or days, such as `24h` or `7d`; raises ValueError."""
    found = LENGTH.fullmatch(text) if isinstance(text, str) else None
    made = found and timedelta(hours=int(found[1]) * HOURS[found[2]])
    if not made or not SHORTEST <= made <= LONGEST:
        raise ValueError(_("Give a time from 1h to 90d, such as 24h or 7d."))
    return made


def written(value: timedelta) -> str:
    """Return a length of time as `length` reads it: in days where it is whole days."""
    hours = int(value / SHORTEST)
    return f"{hours}h" if hours % 24 else f"{hours // 24}d"


def _window(kind: Kind) -> Callable[[Rule, Any], Rule]:
    def change(rule: Rule, value: Any) -> Rule:
        others = [each for each in rule.counts if each.kind != kind]
        if value == OFF:
            return rule.with_(counts=tuple(others))
        known = rule.counted(kind) or Counted(kind, timedelta(0), _scope_of(rule), RANKS[kind])
        made = Counted(kind, length(value), known.scope, known.rank)
        return rule.with_(counts=tuple(sorted([*others, made], key=lambda each: (each.rank, each.kind))))

    return change


def _scope_of(rule: Rule) -> Scope:
    return rule.counts[0].scope if rule.counts else Scope.SHOP


def _scope(rule: Rule, value: Any) -> Rule:
    scope = _member(Scope, value)
    return rule.with_(counts=tuple(Counted(c.kind, c.window, scope, c.rank) for c in rule.counts))


def _choice(field: str, enum: type) -> Callable[[Rule, Any], Rule]:
    return lambda rule, value: rule.with_(**{field: _member(enum, value)})


def _member(enum: type, value: Any):
    try:
        return enum(value)
    except ValueError:
        raise ValueError(_("Choose one of: %s.") % ", ".join(enum)) from None


def _flag(field: str) -> Callable[[Rule, Any], Rule]:
    def change(rule: Rule, value: Any) -> Rule:
        if not isinstance(value, bool):
            raise ValueError(_("Say true or false."))
        return rule.with_(**{field: value})

    return change


def _half_life(rule: Rule, value: Any) -> Rule:
    return rule.with_(half_life=length(value))


CHANGES: dict[str, Callable[[Rule, Any], Rule]] = {
    **{name: _window(kind) for name, kind in KINDS.items()},
    "scope": _scope,
    "model": _choice("model", Model),
    "state": _choice("state", State),
    "half_life": _half_life,
    "by_relevance": _flag("by_relevance"),
    "is_net": _flag("is_net"),
}  # windows come first, so that a scope asked for is the scope of what they add
DEFAULT_RULE = DEFAULT.name
