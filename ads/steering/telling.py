"""Writes a step down when there is something to tell: a phase, a new start, money spent, or a move worth the word."""

from decimal import Decimal

from ..bidding.target import Reason
from ..models import SteeringStep
from .controlling import Move
from .facts import Facts, Memory
from .phases import Reset

MOVED = 0.05  # of a multiplier, relatively; of a participation, absolutely
EXACT = Decimal("0.0001")
JUDGED = ("cost", "allowed", "came", "paid", "made_up")


def told_step(
    facts: Facts, before: Memory | None, move: Move, after: Memory, reset: Reset | None
) -> SteeringStep | None:
    """Return the step that tells of a move, or None when it is not worth telling."""
    if not (before is None or reset or before.phase != after.phase or _is_worth_telling(before, move)):
        return None
    was = before.told[1] if before and before.told else after.multiplier
    seen = facts.window
    return SteeringStep(
        merchant_id=facts.merchant, campaign_id=facts.campaign, at=facts.at, reason=move.reason, phase=after.phase,
        spent=_money(facts.spent), planned=_money(round(move.planned, 2)), conversions=seen.orders,
        predicted_conversions=seen.predicted, value=_money(seen.value), multiplier_before=was,
        multiplier_after=move.multiplier, participation_after=move.participation,
        details=_details(facts, before, move, after, reset),
    )  # fmt: skip


def _is_worth_telling(before: Memory, move: Move) -> bool:
    if before.told is None:
        return True
    reason, multiplier, participation = before.told
    if (reason == Reason.SPENT) != (move.reason == Reason.SPENT):
        return True
    moved = abs(move.multiplier / multiplier - 1) if multiplier else 1.0
    return moved >= MOVED or abs(move.participation - participation) >= MOVED


def _details(facts: Facts, before: Memory | None, move: Move, after: Memory, reset: Reset | None) -> dict:
    """Return what else the sentences of a step say, in the merchant's currency."""
    last, judged = after.last, move.judgement
    return {
        "mode": str(facts.mode), "budget": facts.budget, "passed": round(facts.now, 4), "spend": facts.window.cost,
        **({name: round(getattr(judged, name), 6) for name in JUDGED} if judged else {}),
        "target": facts.target, "promotion": facts.promotion,
        "observed": last and last.observed, "expected": last and last.planned, "demand": after.demand,
        "reset": reset and str(reset), "phase_before": str(before.phase) if before else None,
        "is_first": before is None, "participation_before": before.participation if before else 1.0,
    }  # fmt: skip


def _money(amount: float) -> Decimal:
    return Decimal(amount).quantize(EXACT)
