"""A season's merchants and brands as CSV, every row."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from chengfeng import sheets

from .brands import Branded
from .cohorts import Member
from .numbers import NUMBERS

OF_MERCHANTS = (
    "paid_orders", "buyers", "new_buyers", "spend", "ad_gmv", "ad_refunded", "roi", "kept_roi", "ad_share",
    "refunded_share", "settled_share",
)  # fmt: skip
OF_BRANDS = ("orders", "buyers", "ad_gmv", "ad_refunded", "goods_ad_share", "spend", "roi", "kept_roi")


def merchants(members: Iterable[Member], *, currency: str) -> Iterator[bytes]:
    """Yield a row for each merchant in the order given; a ratio without a denominator is left out."""
    heads = [
        _("Code"), _("Merchant"), _("Currency"), _("Cohort"), _("Cohort last year"), _("Paid GMV"),
        _("Paid GMV last year"), _("Growth"), *(str(NUMBERS[code].label) for code in OF_MERCHANTS),
    ]  # fmt: skip
    rows = (
        (
            m.merchant.code, m.merchant.name, currency, m.cohort + 1, m.last_cohort + 1, m.turnover, m.last_turnover,
            _rounded(m.growth), *(_rounded(m[code]) for code in OF_MERCHANTS),
        )
        for m in members
    )  # fmt: skip
    return sheets.csv_of(rows, headings=heads)


def brands(found: Iterable[Branded], *, currency: str) -> Iterator[bytes]:
    """Yield a row for each brand in the order given; goods without a brand have an empty name."""
    heads = [
        _("Brand"), _("Currency"), _("Merchants"), _("GMV of goods"), _("GMV of goods last year"), _("Growth"),
        *(str(NUMBERS[code].label) for code in OF_BRANDS),
    ]  # fmt: skip
    rows = (
        (
            row.brand, currency, row.now["merchants"], row.now["line_value"], row.year["line_value"],
            _rounded(row.growth), *(_rounded(row[code]) for code in OF_BRANDS),
        )
        for row in found
    )  # fmt: skip
    return sheets.csv_of(rows, headings=heads)


def _rounded(value):
    """Return a ratio with as many decimals as amounts have."""
    return value if value is None or isinstance(value, int) else round(value, 4)
