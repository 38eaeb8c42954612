"""Says in plain words what a step of steering did and why, and what the phase of a campaign means."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengfeng.money import round_money
from chengfeng.templatetags.frame import money, percent

from ..bidding.target import Reason
from ..models import Campaign, Steering, SteeringStep
from .controlling import Pace
from .phases import ENOUGH_ORDERS, Reset

Phase = Steering.Phase


def sentences(step: SteeringStep, currency: str) -> list[str]:
    """Return what a step says, one sentence for each thing: why it began anew, what was done, why, the phase."""
    said = [_RESETS[step.details["reset"]]()] if step.details.get("reset") in _RESETS else []
    said += [_done(step), _why(step, currency), *_weighed(step)]
    before = step.details.get("phase_before")
    if before and before != step.phase:
        phases = {"before": Phase(before).label, "phase": Phase(step.phase).label}
        said.append(_("Phase: from “%(before)s” to “%(phase)s”.") % phases)
    return said


_RESETS = {
    Reset.TARGET: lambda: _("The target was changed by more than 20 %, so learning begins anew."),
    Reset.MODE: lambda: _("The way of bidding was changed, so learning begins anew."),
    Reset.PAUSE: lambda: _("The campaign stood still for more than seven days, so learning begins anew."),
}


def is_manual(step: SteeringStep) -> bool:
    return step.details.get("mode") in (Campaign.BidMode.CPC, Campaign.BidMode.CPM)


def _done(step: SteeringStep) -> str:
    """Say what changed."""
    if is_manual(step):
        share = percent(step.participation_after)
        return _("Takes part in %(share)s of the auctions; the bid is the merchant's own.") % {"share": share}
    numbers = {"after": f"{step.multiplier_after:.3g}", "before": f"{step.multiplier_before:.3g}"}
    if step.details.get("is_first") or step.details.get("reset"):
        return _("Bids start at %(after)s times what a click is predicted to be worth.") % numbers
    if step.multiplier_before == 0 or abs(step.multiplier_after / step.multiplier_before - 1) < 0.005:
        return _("Bids stay at %(after)s times what a click is predicted to be worth.") % numbers
    change = _rounded(abs(step.multiplier_after / step.multiplier_before - 1))
    if step.multiplier_after > step.multiplier_before:
        return _("Bids rise by %(change)s: from %(before)s to %(after)s times the predicted worth.") % (
            numbers | {"change": change}
        )
    return _("Bids fall by %(change)s: from %(before)s to %(after)s times the predicted worth.") % (
        numbers | {"change": change}
    )


def _why(step: SteeringStep, currency: str) -> str:
    """Say why, with the numbers that decided it."""
    template = _WHY.get(step.reason)
    return template() % _numbers(step, currency) if template else ""


def _weighed(step: SteeringStep) -> list[str]:
    """Say what the last seven days were weighed with, where the target decided."""
    if step.reason not in (Reason.TARGET, Reason.DEAR) or "made_up" not in step.details:
        return []
    numbers = _shares(step)
    said = _("Of what is predicted, %(came)s is counted on; clicks cost %(paid)s of what is bid.") % numbers
    made_up = step.details["made_up"]
    if abs(made_up - 1) < 0.005:
        return [said]
    if made_up > 1:
        return [said, _("They are better than the target, so %(more)s more is bid.") % numbers]
    return [said, _("They are dearer than the target, so %(more)s less is bid.") % numbers]


def _numbers(step: SteeringStep, currency: str) -> dict[str, str]:
    known = step.details
    counts_value = known.get("mode") == Campaign.BidMode.TARGET_ROI
    return {
        "spent": _amount(step.spent, currency), "planned": _amount(step.planned, currency),
        "budget": _amount(known.get("budget"), currency), "passed": _rounded(known.get("passed")),
        "demand": _amount(known.get("demand"), currency),
        "observed": _amount(known.get("observed"), currency), "expected": _amount(known.get("expected"), currency),
        "cost": _goal(known.get("cost"), currency, counts_value),
        "allowed": _goal(known.get("allowed"), currency, counts_value),
        "orders": f"{step.conversions:g}", "predicted": f"{step.predicted_conversions:.1f}",
    }  # fmt: skip


def _shares(step: SteeringStep) -> dict[str, str]:
    known = step.details
    return {
        "came": _rounded(known["came"]), "paid": _rounded(known["paid"]), "more": _rounded(abs(known["made_up"] - 1))
    }  # fmt: skip


def _rounded(share: float | None) -> str:
    return percent(None if share is None else round(share, 2))


def _amount(amount: Decimal | float | None, currency: str) -> str:
    return money(None if amount is None else round_money(Decimal(amount), currency), currency)


def _goal(cost: float | None, currency: str, counts_value: bool) -> str:
    """Write a cost per order as money, or a cost per sales as the ROI that it is, and say so."""
    figure = _figure(cost, currency, counts_value)
    return f"ROI {figure}" if counts_value and cost else figure


def _figure(cost: float | None, currency: str, counts_value: bool) -> str:
    if counts_value:
        return f"{1 / cost:.2f}" if cost else "–"
    return _amount(cost, currency)


_WHY = {
    Reason.BUDGET: lambda: _(
        "By the auctions of past days, this is what spends the rest of the budget: %(spent)s of %(budget)s is spent "
        "after %(passed)s of the day's traffic."
    ),
    Reason.EVEN: lambda: _(
        "The budget is spread evenly over the day's traffic: %(spent)s of %(planned)s planned by now is spent."
    ),
    Reason.FAST: lambda: _(
        "Auctions cost more than on past days, so less is bid than those suggest: %(spent)s of %(budget)s is spent "
        "after %(passed)s of the day's traffic."
    ),
    Reason.SLOW: lambda: _(
        "Less is spent than past days suggest, so more is bid: %(spent)s of %(budget)s is spent after %(passed)s of "
        "the day's traffic."
    ),
    Reason.TARGET: lambda: _(
        "This is the most that the target allows: the last seven days are judged as %(cost)s, allowed is %(allowed)s "
        "(%(orders)s orders, %(predicted)s predicted)."
    ),
    Reason.DEAR: lambda: _(
        "The last seven days are dearer than the target: judged as %(cost)s, allowed is %(allowed)s "
        "(%(orders)s orders, %(predicted)s predicted). Less is bid until that is made up for."
    ),
    Reason.GENTLE: lambda: _(
        "More would be possible, but bids never rise by more than a quarter in half an hour of a day."
    ),
    Reason.LIMIT: lambda: _("A single order is never bid more for than a day's budget, %(budget)s."),
    Reason.SPENT: lambda: _(
        "The budget of %(budget)s is spent after %(passed)s of the day's traffic. Bids stay as they are for tomorrow."
    ),
    Pace.ALL: lambda: _(
        "%(spent)s of %(budget)s is spent after %(passed)s of the day's traffic: there is enough for every auction."
    ),
    Pace.LESS: lambda: _(
        "In every auction, a day like this would spend %(demand)s and the budget is %(budget)s: %(spent)s is spent "
        "after %(passed)s of the day's traffic."
    ),
    Pace.MORE: lambda: _(
        "More is left than the rest of the day would spend at this pace: %(spent)s of %(budget)s after %(passed)s of "
        "the day's traffic."
    ),
}


@dataclass(frozen=True, slots=True)
class Goal:
    """What seven days really came to beside the target, in words: the name of the figure, the figure, the rest."""

    name: str
    real: str
    hint: str


def goal_of(step: SteeringStep | None, currency: str) -> Goal | None:
    """Return what the newest step found of the target; None where a campaign has none."""
    if step is None or not step.details.get("allowed"):
        return None
    counts_value = step.details["mode"] == Campaign.BidMode.TARGET_ROI
    came, spend = step.value if counts_value else step.conversions, step.details.get("spend")
    numbers = {name: _goal(step.details[name], currency, counts_value) for name in ("allowed", "cost")}
    name = _("ROI of seven days") if counts_value else _("Cost per order of seven days")
    real = _figure(spend / float(came) if spend and came else None, currency, counts_value)
    return Goal(name, real, _("target %(allowed)s, judged as %(cost)s") % numbers)


def progress(steering: Steering | None, orders: float) -> str:
    """Say how far learning has come: 12 of 20 orders."""
    if steering is None or steering.phase not in (Phase.LEARNING, Phase.FAILED):
        return ""
    came = min(int(orders), ENOUGH_ORDERS)
    return ngettext(
        "%(came)s of %(enough)s order in seven days", "%(came)s of %(enough)s orders in seven days", ENOUGH_ORDERS
    ) % {"came": came, "enough": ENOUGH_ORDERS}


def advice(steering: Steering | None, *, is_unreachable: bool) -> list[str]:
    """Say what may be done about a campaign that could not learn, or that its budget limits."""
    if steering is None or steering.phase not in (Phase.FAILED, Phase.LIMITED):
        return []
    if steering.phase == Phase.LIMITED:
        return [
            _("Raise the daily budget, or ask for cheaper orders (a higher ROI): the money runs out before the day.")
        ]
    if is_unreachable:
        return [
            _("Ask for less: a higher cost per order, or a lower ROI. Orders cost far more although little is bid."),
            _("Look at the product's page and price: too few of those who click buy."),
        ]
    return [
        _("Ask for less: a higher cost per order, or a lower ROI, so that bids win more auctions."),
        _("Advertise more products, on more placements, at more hours, or to more people."),
        _("Raise the daily budget if it holds less than three orders."),
    ]
