"""The job that steers: looks at every active campaign once a minute, moves it, and writes down why."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from chengfeng import clock, sql
from chengfeng.jobs import Report
from chengfeng.models import Job

from ..models import SteeringStep
from . import history, phases
from .controlling import Move, control
from .facts import Facts, Memory
from .reading import read
from .remembering import state_of
from .starting import initial
from .tallying import kept
from .telling import told_step

EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a look at a campaign found, what was known before, and the move it led to."""

    facts: Facts
    before: Memory | None
    move: Move
    after: Memory
    step: SteeringStep | None


def run(job: Job, report: Report) -> dict:
    """The recurring job `steer_campaigns`."""
    return steer(at=clock.now())


def steer(*, at: datetime) -> dict[str, int]:
    """Steer every active campaign that was not steered within the last minute; return how many, and steps written.

    Two at once do no harm: a campaign that was steered meanwhile is left as the other left it.
    """
    known = [(facts, memory) for facts, memory in read(at=at) if memory is None or at - memory.updated_at >= EVERY]
    landscapes = history.landscapes([facts for facts, _ in known if not facts.is_manual], at=at)
    turns = [turn(facts, memory, landscapes.get(facts.campaign)) for facts, memory in known]
    written = _write(turns, at)
    return {"campaigns": len(turns), "steps": written}


def turn(facts: Facts, before: Memory | None, landscape=None) -> Turn:
    """Return what becomes of a campaign."""
    memory, reset = _begun(facts, before)
    move = control(facts, memory, landscape)
    after = phases.advance(facts, move)
    step = told_step(facts, before, move, after, reset)
    if step:
        after = replace(after, told=(move.reason, move.multiplier, move.participation))
    return Turn(facts, before, move, after, step)


def _begun(facts: Facts, before: Memory | None) -> tuple[Memory, phases.Reset | None]:
    """Return the memory to go on from; a new one where a campaign is new or has to learn anew."""
    reset = phases.reset_of(facts, before) if before else None
    if before and not reset:
        return before, None
    first = initial(mode=facts.mode, daily_budget=Decimal(facts.daily_budget), rate=Decimal(facts.rate))
    return phases.anew(facts, before, multiplier=first), reset


@transaction.atomic
def _write(turns: Sequence[Turn], at: datetime) -> int:
    """Write the campaigns whose steering is still as it was read, in one statement, and the steps of these."""
    if not turns:
        return 0
    params = _params(turns, at)
    sql.rows(LOCK, params)
    won = {campaign for (campaign,) in sql.rows(WRITE, params)}
    steps = [turn.step for turn in turns if turn.step and turn.facts.campaign in won]
    SteeringStep.objects.bulk_create(steps)
    return len(steps)


def _params(turns: Sequence[Turn], at: datetime) -> dict:
    return {
        "at": at,
        "campaigns": [turn.facts.campaign for turn in turns],
        "were": [turn.before and turn.before.updated_at for turn in turns],
        "phases": [str(turn.after.phase) for turn in turns],
        "sinces": [turn.after.since for turn in turns],
        "multipliers": [float(turn.move.multiplier) for turn in turns],
        "participations": [float(turn.move.participation) for turn in turns],
        "states": [json.dumps(_state(turn)) for turn in turns],
    }


def _state(turn: Turn) -> dict:
    """Return what a campaign's row is to remember: the controller's memory, and what was counted."""
    tally = turn.facts.tally
    return state_of(turn.after) | {"orders": turn.facts.window.orders, "tally": tally and kept(tally)}


LOCK = """
SELECT 1 FROM ads_steering WHERE campaign_id = ANY(%(campaigns)s) ORDER BY campaign_id FOR NO KEY UPDATE
"""
WRITE = """
WITH wanted AS (
    SELECT * FROM unnest(
        %(campaigns)s::bigint[], %(were)s::timestamptz[], %(phases)s::text[], %(sinces)s::timestamptz[],
        %(multipliers)s::float8[], %(participations)s::float8[], %(states)s::jsonb[]
    ) w (campaign, was, phase, since, multiplier, participation, state)
), moved AS (
    UPDATE ads_steering s SET phase = w.phase, phase_since = w.since, multiplier = w.multiplier,
        participation = w.participation, state = w.state, updated_at = %(at)s
    FROM wanted w WHERE s.campaign_id = w.campaign AND s.updated_at = w.was RETURNING s.campaign_id
), begun AS (
    INSERT INTO ads_steering (campaign_id, phase, phase_since, multiplier, participation, state, updated_at)
    SELECT campaign, phase, since, multiplier, participation, state, %(at)s FROM wanted WHERE was IS NULL
    ORDER BY campaign ON CONFLICT (campaign_id) DO NOTHING RETURNING campaign_id
)
SELECT campaign_id FROM moved UNION ALL SELECT campaign_id FROM begun
"""
