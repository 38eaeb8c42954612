"""The rules against invalid traffic, as data: what each asks, of which events, when, and with which thresholds.

A rule that changes gets a new version and keeps its reason: an event was judged by the version in force when it was
received, or judged again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..models import EventKind
from .networks import knows_data_centres
from .reasons import Reason

TOKEN_LIFE = timedelta(hours=48)  # how long after the decision a report is still taken
CLOCK_SKEW = timedelta(seconds=60)
CLICK_LIFE = timedelta(minutes=30)  # from the decision to the click itself, whenever it is reported
FASTEST_CLICK = timedelta(milliseconds=300)
REPEAT = timedelta(seconds=30)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
LIMITS = ((HOUR, 5), (DAY, 15))  # so many clicks of one person on one campaign
OF_NETWORK = (HOUR, 30)  # so many clicks of one network on one campaign
RESCORED = timedelta(hours=72)  # how long after its reception an event may be judged again
REGULAR_CLICKS, REGULAR_SPREAD = 8, 0.1  # clicks of a network in 24 h; deviation of their intervals over the mean
DELAYED_ORDERS, DELAY_SPREAD = 5, 0.05  # orders of a network in 72 h; deviation of click-to-order delays over the mean
UNSEEN_CLICKS = 5  # clicks of a network on a campaign, of which none had a viewable impression


class When(TextChoices):
    INGEST = "ingest", _("At once")
    LATER = "later", _("Later, up to 72 h")
    BOTH = "both", _("At once and later")


EVERY = tuple(EventKind)
CLICK = (EventKind.CLICK,)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the reason it leaves, its version and since when, of which events it asks, and when."""

    reason: Reason
    meaning: str | Promise
    when: When
    kinds: tuple[EventKind, ...] = EVERY
    thresholds: Mapping[str, object] = field(default_factory=dict)
    version: int = 1
    since: date = date(2026, 1, 1)

    @property
    def name(self) -> str | Promise:
        return self.reason.label

    @property
    def is_set_up(self) -> bool:
        """Whether there is what the rule needs: that on data centres rests until somebody says where they are."""
        return self.reason != Reason.DATA_CENTRE or knows_data_centres()


_ALL = (
    Rule(Reason.NO_AGENT, _("The browser does not say what it is."), When.INGEST),
    Rule(Reason.ROBOT, _("The user agent is on the kept list of known robots."), When.INGEST),
    Rule(Reason.PREFETCH, _("A browser fetched the page ahead; nobody has asked for it yet."), When.INGEST),
    Rule(Reason.DATA_CENTRE, _("The address lies in a data centre, where no shopper sits."), When.INGEST),
    Rule(Reason.STAFF, _("Somebody of your own shop, or a device on which they were logged in."), When.BOTH),
    Rule(
        Reason.COMPETITOR,
        _("Somebody of another shop, or a device on which they were logged in. You are told by e-mail."),
        When.BOTH,
    ),
    Rule(
        Reason.EXPIRED, _("A click counts only for a while after the ad was decided on."), When.INGEST, CLICK,
        {"life": CLICK_LIFE},
    ),
    Rule(
        Reason.TOO_FAST, _("Nobody reads an ad this fast."), When.INGEST, CLICK, {"fastest": FASTEST_CLICK}
    ),
    Rule(
        Reason.REPEATED, _("The same person clicked on the same ad again; the last click that counted still does."),
        When.INGEST, CLICK, {"apart": REPEAT},
    ),
    Rule(
        Reason.VELOCITY, _("One person clicked on one campaign more often than people do."), When.BOTH, CLICK,
        {"in_an_hour": LIMITS[0][1], "in_24_hours": LIMITS[1][1]},
    ),
    Rule(
        Reason.NETWORK,
        _("One network – a /24 of IPv4, a /48 of IPv6, kept only as a keyed hash – clicked on one campaign "
          "more often than households do."),
        When.BOTH, CLICK, {"in_an_hour": OF_NETWORK[1]},
    ),
    Rule(
        Reason.REGULAR,
        _("One network clicked on one campaign at intervals too equal for people, whoever it claimed to be."),
        When.LATER, CLICK, {"clicks": REGULAR_CLICKS, "spread": REGULAR_SPREAD},
    ),
    Rule(
        Reason.FLAT_DELAY, _("Orders of one network came always equally long after the click."), When.LATER, CLICK,
        {"orders": DELAYED_ORDERS, "spread": DELAY_SPREAD},
    ),
    Rule(
        Reason.UNSEEN,
        _("The ad was clicked on but never shown, or a network clicked again and again and never had an ad in view."),
        When.LATER, CLICK, {"clicks": UNSEEN_CLICKS, "after": TOKEN_LIFE},
    ),
    Rule(Reason.APPEAL, _("The operator found it invalid when answering an appeal."), When.LATER),
)  # fmt: skip

RULES: dict[Reason, Rule] = {rule.reason: rule for rule in _ALL}
