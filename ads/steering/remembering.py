"""Keeps what steering remembers of a campaign in its row, as JSON, and reads it back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from ..bidding.target import Adjustment, Reason
from .facts import Memory


def memory_of(row: Mapping) -> Memory | None:
    """Return the memory of a campaign from the columns of its steering; None when there are none."""
    if row["updated_at"] is None:
        return None
    kept = row["state"]
    return Memory(
        multiplier=row["multiplier"], participation=row["participation"], phase=row["phase"],
        since=row["phase_since"], updated_at=row["updated_at"],
        began=_instant(kept.get("began")) or row["phase_since"], mode=kept.get("mode", row["bid_mode"]),
        target=kept.get("target"), day=_day(kept.get("day")), limited_on=_day(kept.get("limited_on")),
        last=_adjustment(kept.get("last")), demand=kept.get("demand"),
        told=tuple(kept["told"]) if kept.get("told") else None,
    )  # fmt: skip


def state_of(memory: Memory) -> dict:
    """Return what has no column of its own, fit for JSON."""
    return {
        "began": memory.began.isoformat(), "mode": str(memory.mode), "target": memory.target,
        "day": memory.day and memory.day.isoformat(), "limited_on": memory.limited_on and memory.limited_on.isoformat(),
        "last": memory.last and asdict(memory.last), "demand": memory.demand,
        "told": memory.told and list(memory.told),
    }  # fmt: skip


def _adjustment(kept: Mapping | None) -> Adjustment | None:
    return Adjustment(**{**kept, "reason": Reason(kept["reason"])}) if kept else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
