"""What becomes of an ad in an auction, and why a page gets none: the words of records, reports and answers."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    """What became of an ad that a request reached."""

    WON = "won", _("Won")
    OUTRANKED = "outranked", _("Outranked")
    BELOW_RESERVE = "below_reserve", _("Below the reserve price")
    BUDGET = "budget", _("Daily budget spent")
    TOTAL_BUDGET = "total_budget", _("Total budget spent")
    ACCOUNT_BUDGET = "account_budget", _("Daily budget of the account spent")
    BALANCE = "balance", _("No balance")
    THROTTLED = "throttled", _("Held back to spread the budget")
    CAPPED = "capped", _("Seen often enough by the person")
    AUDIENCE = "audience", _("Person not in the audience")
    BUYER = "buyer", _("Person has bought from the shop")
    NEGATIVE = "negative", _("Negative keyword")
    SCHEDULE = "schedule", _("Out of schedule")
    PLACEMENT = "placement", _("Placement not chosen")
    DUPLICATE = "duplicate", _("Product already on the page")
    MERCHANT_LIMIT = "merchant_limit", _("Shop already on the page")
    NOT_ON_SALE = "not_on_sale", _("Not on sale")
    OUT_OF_STOCK = "out_of_stock", _("Out of stock")
    REJECTED = "rejected", _("Not approved")
    EXPLORED_AWAY = "explored_away", _("Gave way to a new ad")


class Empty(StrEnum):
    """Why a page gets no ad."""

    NOT_READY = "not_ready"
    NO_CANDIDATES = "no_candidates"
    NOT_ELIGIBLE = "not_eligible"
    BELOW_RESERVE = "below_reserve"
    STALE = "stale"  # the index could not be renewed for a while; after a minute nothing is served from it
