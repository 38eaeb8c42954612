"""Why an event does not count, or counts and is free: the words kept on events, and what they say to people."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    NO_AGENT = "no_agent", _("No user agent")
    ROBOT = "robot", _("A known robot")
    PREFETCH = "prefetch", _("Fetched ahead, not seen")
    DATA_CENTRE = "data_centre", _("From a data centre")
    STAFF = "staff", _("The merchant's own staff")
    COMPETITOR = "competitor", _("A device of another shop")
    EXPIRED = "expired", _("Clicked more than 30 minutes after the ad was shown")
    TOO_FAST = "too_fast", _("Clicked within 300 ms")
    REPEATED = "repeated", _("Clicked again within 30 s")
    VELOCITY = "velocity", _("More than 5 clicks on a campaign in an hour, or 15 in 24 h")
    NETWORK = "network", _("More than 30 clicks on a campaign from one network in an hour")
    REGULAR = "regular", _("Clicks of one network as regular as a clock")
    FLAT_DELAY = "flat_delay", _("Orders always equally long after the click")
    UNSEEN = "unseen", _("Clicked without having been seen")
    APPEAL = "appeal", _("Found invalid after an appeal")
    NO_BUDGET = "no_budget", _("Free: the day's budget was spent")
    NO_TOTAL_BUDGET = "no_total_budget", _("Free: the campaign's total budget was spent")
    NO_ACCOUNT_BUDGET = "no_account_budget", _("Free: the account's budget of the day was spent")
    NO_BALANCE = "no_balance", _("Free: the wallet was empty")


FREE = frozenset({Reason.NO_BUDGET, Reason.NO_TOTAL_BUDGET, Reason.NO_ACCOUNT_BUDGET, Reason.NO_BALANCE})
INVALID = tuple(reason for reason in Reason if reason not in FREE)
