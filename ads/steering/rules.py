"""The published rules of steering in words: guard rails of each bid mode, phases, and when learning begins anew."""

from django.utils.translation import gettext as _

from chengfeng.templatetags.frame import percent

from ..bidding.target import RISE
from ..models import Campaign, Steering
from .controlling import LEAST, LEAST_PARTICIPATION, MOST
from .judging import HIGHEST, LOWEST, PRIOR_ORDERS, TRUST_ORDERS
from .phases import EARLY, ENOUGH_ORDERS, FEWEST_ORDERS, LEARNING_DAYS, LONG_PAUSE, SPENT_OUT, TARGET_CHANGE

Mode, Phase = Campaign.BidMode, Steering.Phase


def guard_rails(campaign: Campaign) -> list[str]:
    """Say what the controller may never do with a campaign."""
    said = [_("A day never costs more than its budget, nor than the total budget, the account and the wallet bear.")]
    if campaign.is_manual:
        least = percent(LEAST_PARTICIPATION)
        return [
            *said,
            _("Your bid is never changed."),
            _("The campaign takes part in at least %(least)s of the auctions while there is budget.")
            % {"least": least},
        ]
    said.append(_("Bids rise by at most %(rise)s in half an hour of a day.") % {"rise": percent(RISE - 1)})
    if campaign.bid is not None:
        said.append(_("No click costs more than your highest price."))
    if campaign.bid_mode == Mode.MAX_CONVERSIONS:
        return [*said, _("A single order is never bid more for than a day's budget.")]
    bounds = {
        "least": percent(LEAST), "most": percent(MOST), "orders": PRIOR_ORDERS, "trust": TRUST_ORDERS,
        "less": percent(1 - LOWEST), "more": percent(HIGHEST - 1),
    }  # fmt: skip
    return [
        *said,
        _("Bids stay between %(least)s and %(most)s of what the target alone would bid.") % bounds,
        _(
            "What the last seven days missed is made up for: when they are better than the target, up to %(more)s more "
            "is bid; when they are not, up to %(less)s less."
        )
        % bounds,
        _("Few orders decide little: every campaign is credited with %(orders)s orders at exactly its target.")
        % bounds,
        _("Predictions are corrected by what came, and trusted like %(trust)s orders.") % bounds,
        _("The campaign is never paused for its cost; it bids less."),
    ]


def rules_of_phases() -> list[tuple[str, str]]:
    """Return every phase with its rule, and the rule of beginning anew."""
    numbers = {
        "enough": ENOUGH_ORDERS, "fewest": FEWEST_ORDERS, "days": LEARNING_DAYS.days, "pause": LONG_PAUSE.days,
        "change": percent(TARGET_CHANGE), "spent": percent(SPENT_OUT), "early": percent(EARLY),
    }  # fmt: skip
    return [
        (Phase.LEARNING.label, _("Until there are %(enough)s orders from clicks of seven days.") % numbers),
        (Phase.LEARNED.label, _("From then on, as long as seven days bring at least %(fewest)s orders.") % numbers),
        (
            Phase.LIMITED.label,
            _("Today or yesterday, %(spent)s of the budget was spent before %(early)s of the day's traffic.") % numbers,
        ),
        (
            Phase.FAILED.label,
            _("%(days)s days without enough orders, or orders far dearer than the target at the lowest bids.")
            % numbers,
        ),
        (
            _("Learning begins anew"),
            _(
                "When the target is changed by more than %(change)s, the way of bidding is changed, or the campaign "
                "stood still for more than %(pause)s days."
            )
            % numbers,
        ),
    ]
