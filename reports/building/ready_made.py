"""Definitions of reports that everybody has: a title and a document for each name."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TRAFFIC = ["impressions", "clicks", "ctr"]
COST = ["spend", "cpc"]
SALES = ["orders", "gmv", "roi", "refunds", "net_gmv", "net_roi"]
ADS = [*TRAFFIC, *COST, *SALES]
SOLD = ["orders", "units", "gmv", "direct_gmv", "halo_gmv", "refunds", "net_gmv", "settled_gmv"]


def _document(dimensions: list[str], measures: list[str], **others) -> dict:
    return {"dimensions": dimensions, "measures": measures, "period": {"named": "last_30_days"}, **others}


ReadyMade = tuple[str | Promise, dict]  # a title and a definition
READY_MADE: dict[str, ReadyMade] = {
    "day": (
        _("By day"), _document(["day"], [*ADS, "settled_gmv", "all_orders", "all_gmv", "ad_share"], compare="before")
    ),
    "campaign": (_("By campaign"), _document(["campaign"], [*ADS, "settled_gmv", "claimed_gmv"], sort="-spend")),
    "profit": (
        _("Gross profit by campaign"),
        _document(
            ["campaign"], ["spend", "gmv", "net_gmv", "costed_gmv", "cogs", "gross_profit", "gross_margin", "poas"],
            sort="-gross_profit",
        ),
    ),
    "group": (_("By ad group"), _document(["campaign", "group"], ADS, sort="-spend")),
    "creative": (_("By creative"), _document(["campaign", "ad"], [*ADS, "engagements"], sort="-spend")),
    "keyword": (_("By keyword"), _document(["keyword"], ADS, sort="-spend")),
    "term": (_("By search term"), _document(["term", "keyword"], ADS, sort="-spend")),
    "placement": (_("By placement"), _document(["placement"], [*ADS, "viewable", "viewability"], sort="-spend")),
    "hour": (_("By hour"), _document(["hour"], [*ADS, "all_orders", "all_gmv"])),
    "region": (_("By region"), _document(["region"], [*SOLD, "all_orders", "all_gmv", "ad_share"], sort="-gmv")),
    "advertised": (
        _("By product advertised"), _document(["advertised_product"], [*ADS, "direct_gmv", "halo_gmv"], sort="-spend")
    ),
    "bought": (_("By product bought"), _document(["product"], [*SOLD, "all_units", "all_gmv"], sort="-gmv")),
    "advertised_bought": (
        _("Product advertised and product bought"), _document(["advertised_product", "product"], SOLD, sort="-gmv")
    ),
    "customers": (
        _("New and returning customers"),
        _document(
            ["customer"], ["customers", "orders", "gmv", "refunds", "net_gmv", "new_to_brand_gmv", "all_customers",
            "all_orders", "all_gmv", "ad_share"], sort="-gmv",
        ),
    ),
}  # fmt: skip

ACROSS: dict[str, ReadyMade] = {
    "shop": (
        _("By shop"),
        _document(
            ["merchant"], [*COST, *SALES, "all_orders", "all_gmv", "ad_share"], sort="-all_gmv", compare="before"
        ),
    ),
    "shop_day": (
        _("By day and shop"),
        _document(["day", "merchant"], ["spend", "gmv", "roi", "all_orders", "all_gmv"]),
    ),
    **READY_MADE,
}  # of portfolios
