"""Which days need their facts rebuilt: days with rows numbered since the last look, and days not yet final.

Orders, charges and credits are found by their append-only rows' numbers. Events have none; they may be late by
`sources.LATENESS` only, and until then their days are provisional and rebuilt at every turn. What is judged again later
leaves a numbered row that names the day. The same rows tell whether the part of an open day that is kept already still
holds. What counts for an earlier day than that on which it happened is kept by both
(`sources.ECHOES`), so a sale dirties its own day and not that of its touch; a credit posted later dirties the day of
the sale, or of the refund, and of the settlement. What campaigns claim changes with later judgements and links, too.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min

from ads.attribution import CLAIMED
from chengfeng import sql
from chengfeng.periods import midnight
from shops.models import Merchant

from .models import FactsMark

SETTLING = timedelta(minutes=2)  # longer than any transaction may last
NUMBERED = timedelta(minutes=1)  # how long after its moment a row has its number, but for those that come late

LOCAL = "({at} AT TIME ZONE z.time_zone)::date"


@dataclass(frozen=True, slots=True)
class Trace:
    """Append-only rows that tell of a change on a merchant's day."""

    table: str
    rows: str
    merchant: str
    at: str


TRACES = {
    "moves": Trace(
        "orders_ordermove",
        "orders_ordermove t JOIN orders_order o ON o.id = t.order_id JOIN orders_ordermove m ON m.order_id = o.id "
        "AND (m.id = t.id OR m.target = 'cancelled')",  # paid after all, it is given up no more on the earlier day
        "o.merchant_id",
        "m.at",
    ),
    "transfers": Trace(
        "chengfeng_transfer",
        "chengfeng_transfer t JOIN orders_refund f ON t.reference = 'refund:' || f.code",
        "f.merchant_id",
        "f.done_at",
    ),
    "charges": Trace("ads_charge", "ads_charge t", "t.merchant_id", "t.at"),
    "credit_notes": Trace("ads_creditnote", "ads_creditnote t", "t.merchant_id", "t.at"),
    "credits": Trace("ads_credit", "ads_credit t", "t.merchant_id", "t.at"),
    "settlements": Trace("orders_settlement", "orders_settlement t", "t.merchant_id", "t.settled_at"),
    "settled_credits": Trace(
        "ads_credit",
        "ads_credit t JOIN ads_conversionline l ON l.id = t.line_id JOIN ads_conversion n ON n.id = l.conversion_id "
        "JOIN orders_order o ON o.code = n.order_code AND o.settled_at IS NOT NULL",
        "t.merchant_id",
        "o.settled_at",
    ),
    "claims": Trace("ads_saleclaim", "ads_saleclaim t", "t.merchant_id", "t.at"),
    "claims_gone": Trace(
        "ads_rescore",
        "ads_rescore t JOIN ads_conversion n ON n.merchant_id = t.merchant_id "
        f"AND n.at BETWEEN t.happened_at AND t.happened_at + interval '{CLAIMED.window.days + 1} days'",
        "t.merchant_id",
        "n.at",
    ),
    "links": Trace(
        "shops_link",
        "shops_link t JOIN shops_link mine ON mine.person = t.person JOIN ads_conversion n "
        "ON n.shopper IN (t.shopper, mine.shopper) AND n.at >= t.at - interval '30 days'",
        "n.merchant_id",
        "n.at",
    ),
    "rescores": Trace("ads_rescore", "ads_rescore t", "t.merchant_id", "t.happened_at"),
}


def changed(since: str) -> str:
    """Return the query of days with rows numbered above a mark, `settled` or `seen`."""
    return " UNION ".join(
        f"SELECT z.id AS merchant_id, {LOCAL.format(at=trace.at)} AS day FROM {trace.rows} "
        f"JOIN shops_merchant z ON z.id = {trace.merchant} "
        f"WHERE t.id > coalesce((SELECT {since} FROM reports_factsmark WHERE source = '{source}'), 0)"
        for source, trace in TRACES.items()
    )


KEPT = """
    SELECT complete_through, (SELECT jsonb_object_agg(source, settled) FROM reports_factsmark) FROM reports_merchantday
    WHERE merchant_id = %(merchant)s AND day = %(day)s AND complete_through > %(midnight)s
    AND complete_through <= %(at)s AND rebuilt_at >= (SELECT max(seen_at) FROM reports_factsmark)
"""

LATE = " UNION ALL ".join(
    f"SELECT FROM {trace.rows} WHERE t.id > %({source})s AND {trace.merchant} = %(merchant)s "
    f"AND {trace.at} >= %(midnight)s AND {trace.at} < %(through)s"
    for source, trace in TRACES.items()
)

PROVISIONAL = "SELECT merchant_id, day FROM reports_merchantday WHERE NOT is_final"

FINAL = "SELECT merchant_id, day FROM reports_merchantday WHERE is_final"

SINCE_LAST = """
    SELECT z.id, d::date FROM shops_merchant z
    CROSS JOIN LATERAL (SELECT max(day) AS day FROM reports_merchantday f WHERE f.merchant_id = z.id) last
    CROSS JOIN LATERAL generate_series(
        coalesce(last.day + 1, (%(at)s AT TIME ZONE z.time_zone)::date - 1),
        (%(at)s AT TIME ZONE z.time_zone)::date - 1, interval '1 day') d
"""

FIRST_EVENTS = """
    SELECT z.id, (e.at AT TIME ZONE z.time_zone)::date FROM ads_event e JOIN shops_merchant z ON z.id = e.merchant_id
    WHERE e.merchant_id = ANY(%(newcomers)s)
"""


def look(*, at: datetime) -> dict[str, int]:
    """Return the highest number of every trace now; to be given to `settle` when the rebuilding is done."""
    highest = ", ".join(f"(SELECT coalesce(max(id), 0) FROM {trace.table})" for trace in TRACES.values())
    return dict(zip(TRACES, sql.row(f"SELECT {highest}"), strict=True))


def settle(marks: dict[str, int], *, at: datetime) -> None:
    """Keep what was looked at; what was seen `SETTLING` ago or earlier needs no second look."""
    for source, seen in marks.items():
        mark, _ = FactsMark.objects.get_or_create(source=source, defaults={"seen_at": at, "seen": seen})
        if at - mark.seen_at >= SETTLING:
            FactsMark.objects.filter(pk=mark.pk).update(settled=mark.seen, seen=max(seen, mark.seen), seen_at=at)


def settled_until(*, at: datetime) -> datetime | None:
    """Return up to when rows, but for late ones, have numbers that `settle` would call settled now, if any have."""
    marks = FactsMark.objects.filter(source__in=TRACES, seen_at__lte=at - SETTLING)
    known = marks.aggregate(number=Count("pk"), seen=Min("seen_at"))
    return known["seen"] - NUMBERED if known["number"] == len(TRACES) else None


def kept_until(merchant: Merchant, day: date, *, at: datetime) -> datetime | None:
    """Return up to when the facts of an open day hold what was recorded; None where they do not, or not any more.

    They are not asked where a row above the settled numbers belongs to that part of the day: it may be in them or not.
    """
    asked = {"merchant": merchant.pk, "day": day, "midnight": midnight(day, merchant.time_zone), "at": at}
    found = sql.row(KEPT, asked)
    if not found:
        return None
    through, settled = found
    asked |= dict.fromkeys(TRACES, 0) | json.loads(settled) | {"through": through}
    (is_late,) = sql.row(f"SELECT EXISTS ({LATE})", asked)
    return None if is_late else through


def days(*, at: datetime) -> list[tuple[Merchant, date]]:
    """Return the merchants' days gone by whose facts are missing or may be older than their rows."""
    merchants = Merchant.objects.in_bulk()
    newcomers = _without_facts()
    parts = [changed("settled"), PROVISIONAL, SINCE_LAST, *([FIRST_EVENTS] if newcomers else [])]
    query = (
        f"SELECT d.merchant_id, d.day FROM ({' UNION '.join(parts)}) d(merchant_id, day) "
        "JOIN shops_merchant z ON z.id = d.merchant_id WHERE d.day < (%(at)s AT TIME ZONE z.time_zone)::date"
    )
    return [(merchants[pk], day) for pk, day in sql.rows(query, {"at": at, "newcomers": newcomers})]


def settled_days() -> list[tuple[int, date]]:
    """Return the final days, as keys of merchants and days, that have no rows newer than the last look."""
    return sql.rows(f"{FINAL} EXCEPT ({changed('seen')})")


def _without_facts() -> list[int]:
    return [pk for (pk,) in sql.rows(WITHOUT_FACTS)]


WITHOUT_FACTS = """
    SELECT id FROM shops_merchant z WHERE NOT EXISTS (SELECT FROM reports_merchantday f WHERE f.merchant_id = z.id)
"""
