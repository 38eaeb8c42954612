"""Two people at one campaign: what it was when a form was read, what others made of it since, and what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..campaigns import changes, parts
from ..campaigns.members import MOMENTS, encode
from ..models import Campaign, Change
from ..wording import Line, Wording

TO_THE_MINUTE = len("2026-01-01T00:00")


class Mergeable(Protocol):
    """A form that was read from a campaign, and keeps as `seen` which change was the last then."""

    campaign: Campaign
    cleaned_data: dict[str, Any]

    def changes(self) -> dict[str, Any]: ...

    def member_of(self, argument: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Merge:
    """Members by name, as they were, as they are now, and as somebody typed them."""

    campaign: Campaign
    was: Mapping[str, Any]
    now: Mapping[str, Any]
    typed: Mapping[str, Any]

    @property
    def mine(self) -> set[str]:
        """The members that whoever typed has changed; forms show moments to the minute."""
        return {name for name, value in self.typed.items() if not _is_same(name, self.was[name], value)}

    @property
    def theirs(self) -> set[str]:
        return {name for name, value in self.now.items() if self.was[name] != value}


@dataclass(frozen=True, slots=True)
class Side:
    """A member that two people looked at: how it was, what others made of it, and what one wants oneself."""

    label: str
    owner: str
    was: str
    theirs: Line | None
    mine: Line | None


def latest(campaign: Campaign) -> str:
    """Return the code of a campaign's last change, which a form keeps to know later what it was read from."""
    return changes.history(campaign).values_list("code", flat=True).first() or ""


def since(campaign: Campaign, seen: str) -> list[Change]:
    """Return the changes after the one that a form was read at, newest first; none where it names no change."""
    read = Change.objects.filter(campaign=campaign, code=seen).first()
    return list(changes.history(campaign).filter(pk__gt=read.pk)) if read else []


def merge(campaign: Campaign, typed: Mapping[str, Any], *, seen: str) -> Merge:
    """Compare what was typed with the campaign as it was when the form was read, and as it is."""
    now, earlier = parts.read(campaign, typed), {}
    for change in since(campaign, seen):
        earlier |= change.before
    return Merge(campaign, {name: earlier.get(name, value) for name, value in now.items()}, now, typed)


def arguments_of(form: Mergeable) -> dict[str, Any]:
    """Return the arguments of the verb that carries a form out: only what whoever typed has changed."""
    given, mine = form.changes(), merge_of(form).mine
    values = {name: value for name, value in given["values"].items() if form.member_of(name) in mine}
    return {"values": values, **{name: value for name, value in _lists(given) if form.member_of(name) in mine}}


def merge_of(form: Mergeable) -> Merge:
    """Return what a valid form says beside the campaign as it was when the form was read, and as it is."""
    given = form.changes()
    said = [*given["values"].items(), *_lists(given)]
    typed = {form.member_of(name): encode(name, value) for name, value in said}
    return merge(form.campaign, typed, seen=form.cleaned_data["seen"])


def conflict(form: Mergeable) -> dict[str, Any]:
    """Return what a page shows when somebody else was faster: both sides, and who it was."""
    form.campaign.refresh_from_db()
    found = sides(merge_of(form))
    return {
        "is_conflict": True, "sides": found, "others": since(form.campaign, form.cleaned_data["seen"]),
        "is_contested": any(side.mine and side.theirs for side in found),
    }  # fmt: skip


def _lists(given: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in given.items() if name != "values"]


def sides(merged: Merge) -> list[Side]:
    """Return the members that one of the two has changed, those that both have first."""
    documents = (merged.was, merged.now, merged.typed)
    wording, mine, theirs = Wording(merged.campaign.merchant, documents), merged.mine, merged.theirs
    names = sorted(mine | theirs, key=lambda name: (name not in mine & theirs, name not in mine))
    return [_side(wording, merged, name, name in mine, name in theirs) for name in names]


def _side(wording: Wording, merged: Merge, name: str, is_mine: bool, is_theirs: bool) -> Side:
    was = {name: merged.was[name]}
    theirs = next(iter(wording.lines(was, {name: merged.now[name]})), None) if is_theirs else None
    mine = next(iter(wording.lines(was, {name: merged.typed[name]})), None) if is_mine else None
    told = mine or theirs or Line(name)
    return Side(told.label, told.owner, told.before, theirs, mine)


def _is_same(name: str, one: Any, other: Any) -> bool:
    if name in MOMENTS and one and other:
        return str(one)[:TO_THE_MINUTE] == str(other)[:TO_THE_MINUTE]
    return one == other
