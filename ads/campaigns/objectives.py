"""The one table of what an objective allows: bids, placements, creatives, report columns, and whether it is open."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..models import Campaign, Placement

Objective, BidMode = Campaign.Objective, Campaign.BidMode


class Creative(TextChoices):
    """What an ad shows."""

    PRODUCT = "product", _("Product")
    NOTE = "note", _("Note")


class Column(TextChoices):
    """A number of a campaign's report."""

    IMPRESSIONS = "impressions", _("Impressions")
    VIEWABLE = "viewable", _("Viewable impressions")
    CLICKS = "clicks", _("Clicks")
    CTR = "ctr", _("CTR")
    SPEND = "spend", _("Spend")
    CPC = "cpc", _("CPC")
    CPM = "cpm", _("CPM (viewable)")
    ORDERS = "orders", _("Orders")
    CVR = "cvr", _("Conversion rate")
    COST_PER_ORDER = "cost_per_order", _("Cost per order")
    SALES = "sales", _("Sales")
    ROI = "roi", _("ROI")
    SETTLED_SALES = "settled_sales", _("Settled sales")
    SETTLED_ROI = "settled_roi", _("ROI on settled sales")
    NEW_CUSTOMERS = "new_customers", _("New customers")
    COST_PER_NEW_CUSTOMER = "cost_per_new_customer", _("Cost per new customer")
    ENGAGEMENTS = "engagements", _("Engagements")
    ENGAGEMENT_RATE = "engagement_rate", _("Engagement rate")
    COST_PER_ENGAGEMENT = "cost_per_engagement", _("Cost per engagement")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a campaign of an objective may be; `closed` says why none can be made, and is empty where they can."""

    bid_modes: tuple[BidMode, ...]
    placements: tuple[Placement, ...]
    creatives: tuple[Creative, ...]
    columns: tuple[Column, ...]
    closed: Promise | str = ""

    @property
    def is_open(self) -> bool:
        return not self.closed


SEEN = (Column.IMPRESSIONS, Column.VIEWABLE, Column.CLICKS, Column.CTR, Column.SPEND, Column.CPC)
SOLD = (
    Column.ORDERS, Column.CVR, Column.COST_PER_ORDER, Column.SALES, Column.ROI, Column.SETTLED_SALES,
    Column.SETTLED_ROI,
)  # fmt: skip
WON = (Column.NEW_CUSTOMERS, Column.COST_PER_NEW_CUSTOMER)
ENGAGED = (Column.CPM, Column.ENGAGEMENTS, Column.ENGAGEMENT_RATE, Column.COST_PER_ENGAGEMENT)

TERMS: Mapping[Objective, Terms] = {
    Objective.PRODUCT_SALES: Terms(
        bid_modes=tuple(BidMode),
        placements=tuple(Placement),
        creatives=(Creative.PRODUCT, Creative.NOTE),
        columns=(*SEEN, *SOLD),
    ),
    Objective.NEW_CUSTOMERS: Terms(
        bid_modes=(BidMode.CPC, BidMode.MAX_CONVERSIONS, BidMode.TARGET_COST),
        placements=tuple(Placement),
        creatives=(Creative.PRODUCT, Creative.NOTE),
        columns=(*SEEN, *WON, *SOLD),
    ),
    Objective.SEEDING: Terms(
        bid_modes=(BidMode.CPM, BidMode.CPC),
        placements=(Placement.FEED, Placement.SEARCH, Placement.SHOP),
        creatives=(Creative.NOTE,),
        columns=(*SEEN, *ENGAGED),
    ),
    Objective.LIVE: Terms(
        bid_modes=(), placements=(), creatives=(), columns=SEEN, closed=_("Live rooms have no pages to advertise yet.")
    ),
    Objective.LEADS: Terms(
        bid_modes=(), placements=(), creatives=(), columns=SEEN, closed=_("There are no lead forms to advertise yet.")
    ),
}


def terms(objective: str) -> Terms:
    """Return what a campaign of this objective may be."""
    return TERMS[Objective(objective)]
