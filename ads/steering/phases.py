"""The phases of a campaign that bids by itself, by published rules: learning, learned, limited, failed, and resets."""

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from ..models import Steering
from .controlling import Move
from .facts import Facts, Memory
from .judging import LOWEST, Judgement

Phase = Steering.Phase

ENOUGH_ORDERS = 20  # in seven days, and a campaign has learnt
FEWEST_ORDERS = 10  # below it, one that had learnt learns again
LEARNING_DAYS = timedelta(days=7)
TARGET_CHANGE = 0.2
LONG_PAUSE = timedelta(days=7)
SPENT_OUT, EARLY = 0.95, 0.9  # a day is limited by its budget when so much is spent before so much of it has passed


class Reset(StrEnum):
    """Why learning begins anew."""

    TARGET = "target"
    MODE = "mode"
    PAUSE = "pause"


def reset_of(facts: Facts, memory: Memory) -> Reset | None:
    """Return why a campaign has to learn anew, if it has to."""
    if facts.mode != memory.mode:
        return Reset.MODE
    if memory.target and facts.target and abs(facts.target / memory.target - 1) > TARGET_CHANGE:
        return Reset.TARGET
    if memory.updated_at and facts.at - memory.updated_at > LONG_PAUSE:
        return Reset.PAUSE
    return None


def anew(facts: Facts, before: Memory | None, *, multiplier: float) -> Memory:
    """Return the memory of a campaign that begins to learn."""
    return Memory(
        multiplier=multiplier, since=facts.at, began=facts.at, mode=facts.mode, target=facts.target,
        phase=Phase.LEARNED if facts.is_manual else Phase.LEARNING, updated_at=before and before.updated_at,
    )  # fmt: skip


def advance(facts: Facts, move: Move) -> Memory:
    """Return the memory of a move with the phase in which it leaves the campaign."""
    memory = move.memory
    if facts.spent >= SPENT_OUT * facts.budget and facts.now < EARLY:
        memory = replace(memory, limited_on=facts.day)
    phase = _phase(facts, memory, move)
    if phase == memory.phase:
        return memory
    began = facts.at if phase == Phase.LEARNING else memory.began
    return replace(memory, phase=phase, since=facts.at, began=began)


def _phase(facts: Facts, memory: Memory, move: Move) -> str:
    is_limited = memory.limited_on is not None and facts.day - memory.limited_on <= timedelta(days=1)
    learned = Phase.LIMITED if is_limited else Phase.LEARNED
    if facts.is_manual:
        return learned
    has_had_time = facts.at - memory.began >= LEARNING_DAYS
    if has_had_time and facts.window.orders >= FEWEST_ORDERS and is_unreachable(move.judgement):
        return Phase.FAILED
    had_learned = memory.phase in (Phase.LEARNED, Phase.LIMITED)
    if facts.window.orders >= (FEWEST_ORDERS if had_learned else ENOUGH_ORDERS):
        return learned
    if had_learned or not has_had_time:
        return Phase.FAILED if memory.phase == Phase.FAILED else Phase.LEARNING
    return Phase.FAILED


def is_unreachable(judged: Judgement | None) -> bool:
    """Whether orders cost far more than the target although bids have come down as far as they may."""
    return judged is not None and judged.made_up <= LOWEST
