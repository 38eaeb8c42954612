"""The search-term report: what people searched for when a campaign's ads were shown, and what came of it."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from chengfeng import sql
from chengfeng.periods import days_period

from ..attribution import DEFAULT
from ..auction.words import normalise
from ..models import AdGroup, Campaign, Keyword, NegativeKeyword
from ..performance import Result
from ..validity import TOKEN_LIFE


@dataclass(slots=True)
class Row:
    """A search on which ads of a group were shown; `text` is empty while its words have not been written yet.

    `keywords` are those that matched; `is_keyword` and `is_excluded` say whether the group has it exactly, or not.
    """

    group: AdGroup
    number: int
    text: str
    result: Result
    keywords: list[str]
    is_keyword: bool = False
    is_excluded: bool = False

    @classmethod
    def of(cls, group: AdGroup, found: dict) -> Self:
        numbers = ("impressions", "viewable", "clicks", "engagements", "spend", "orders", "sales", "settled_sales")
        result = Result(**{name: found[name] for name in numbers})
        return cls(group, found["term"], found["text"] or "", result, sorted(filter(None, found["keywords"])))


def report(campaign: Campaign, first: date, last: date, *, words: str = "") -> list[Row]:
    """Return the searches of a campaign's groups on local days, those that cost most first.

    Orders and sales count to the day of the touch that they are credited to. `words` narrows to searches with them.
    """
    period = days_period(first, last, campaign.merchant.time_zone)
    params = {
        "campaign": campaign.pk, "merchant": campaign.merchant_id, "start": period.start, "end": period.end,
        "first_day": (period.start - TOKEN_LIFE).date(), "last_day": period.end.date(), "rule": DEFAULT.name,
        "words": f"%{_escaped(normalise(words))}%",
    }  # fmt: skip
    groups = {group.pk: group for group in campaign.groups.all()}
    rows = [Row.of(groups[found["group_id"]], found) for found in sql.dicts(ROWS, params)]
    _mark(campaign, rows)
    return rows


def _escaped(words: str) -> str:
    return words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_").replace("\0", "")


def _mark(campaign: Campaign, rows: list[Row]) -> None:
    """Say of each row whether its group bids on it, or leaves it out."""
    exact = Keyword.objects.filter(group__campaign=campaign, match=Keyword.Match.EXACT)
    bid_on = {(group, normalise(text)) for group, text in exact.values_list("group", "text")}
    negatives = NegativeKeyword.objects.filter(campaign=campaign, match=Keyword.Match.EXACT)
    left_out = {(group, normalise(text)) for group, text in negatives.values_list("group", "text")}
    for row in rows:
        row.is_keyword = (row.group.pk, row.text) in bid_on
        row.is_excluded = bool({(row.group.pk, row.text), (None, row.text)} & left_out)


ROWS = """
WITH seen AS (
    SELECT e.day, e.token, e.kind, e.group_id, e.term, e.keyword_id FROM ads_event e
    WHERE e.merchant_id = %(merchant)s AND e.campaign_id = %(campaign)s AND e.term IS NOT NULL AND e.is_valid
        AND e.group_id IS NOT NULL AND e.at >= %(start)s AND e.at < %(end)s
        AND e.day BETWEEN %(first_day)s AND %(last_day)s
), paid AS (
    SELECT s.group_id, s.term, sum(c.amount - coalesce(n.amount, 0)) AS spend
    FROM seen s JOIN ads_charge c ON c.event_day = s.day AND c.token = s.token AND c.kind = s.kind
    LEFT JOIN ads_creditnote n ON n.charge_id = c.id GROUP BY 1, 2
), sold AS (
    SELECT s.group_id, s.term, count(DISTINCT l.conversion_id) FILTER (WHERE c.share > 0) AS orders,
        sum(c.amount) FILTER (WHERE c.refund = '') AS sales, sum(c.amount) AS settled_sales
    FROM seen s JOIN ads_credit c ON c.event_day = s.day AND c.token = s.token AND c.touch = s.kind
    JOIN ads_conversionline l ON l.id = c.line_id WHERE c.rule = %(rule)s GROUP BY 1, 2
)
SELECT s.group_id, s.term, t.text, array_agg(DISTINCT k.text) AS keywords,
    count(*) FILTER (WHERE s.kind = 'impression') AS impressions,
    count(*) FILTER (WHERE s.kind = 'viewable') AS viewable,
    count(*) FILTER (WHERE s.kind = 'click') AS clicks,
    count(*) FILTER (WHERE s.kind = 'engagement') AS engagements,
    coalesce(min(paid.spend), 0) AS spend, coalesce(min(sold.orders), 0) AS orders,
    coalesce(min(sold.sales), 0) AS sales, coalesce(min(sold.settled_sales), 0) AS settled_sales
FROM seen s
LEFT JOIN ads_searchterm t ON t.number = s.term
LEFT JOIN ads_keyword k ON k.id = s.keyword_id
LEFT JOIN paid ON paid.group_id = s.group_id AND paid.term = s.term
LEFT JOIN sold ON sold.group_id = s.group_id AND sold.term = s.term
WHERE coalesce(t.text, '') LIKE %(words)s
GROUP BY 1, 2, 3 ORDER BY spend DESC, clicks DESC, impressions DESC, t.text
"""
