"""The statement of a wallet: what every ledger transfer did to cash and grants, and what stood there after it.

A page reads the sums of all days and the transfers of those days that it shows, however long the statement is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from chengfeng import sql
from shops.models import Merchant

from .days import CASH, DAYS, GRANTS, KIND, TIMES, params_of


class Kind(TextChoices):
    TOP_UP = "top_up", _("Top-up")
    CHARGE = "charge", _("Charge")
    CREDIT_NOTE = "credit_note", _("Credit note")
    GRANT = "grant", _("Grant")
    REBATE = "rebate", _("Rebate")
    COMPENSATION = "compensation", _("Compensation")
    GRANT_EXPIRY = "grant_expiry", _("Grant expired")
    FREEZE = "freeze", _("Frozen")
    UNFREEZE = "unfreeze", _("Released")


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer, or those of a kind on a day: changes of cash and grants, and both after it.

    `about` names the campaign, the reason of a grant or the reason of a credit note; `code` is the ledger's. `count`
    says how many charges, or other transfers, it stands for.
    """

    code: str
    kind: str
    at: datetime
    about: str
    count: int
    cash: Decimal
    grants: Decimal
    cash_after: Decimal
    grants_after: Decimal

    @property
    def label(self) -> str:
        return Kind(self.kind).label if self.kind in Kind.values else self.kind


@dataclass(frozen=True, slots=True)
class Statement(Sequence):
    """Lines of a wallet, newest first, of a kind and of local days, both included; counted and sliced by the database.

    `by_day` sums up the transfers of a kind on a local day.
    """

    merchant: Merchant
    kind: str = ""
    first: date | None = None
    last: date | None = None
    by_day: bool = False

    def __len__(self) -> int:
        number = "count(*)" if self.by_day else "coalesce(sum(lines), 0)"
        return int(sql.row(f"WITH {DAYS} SELECT {number} FROM days WHERE {self._which()}", self.params)[0])

    def __getitem__(self, wanted: slice) -> list[Line]:
        """Return a slice of the lines."""
        rows = sql.rows(self.query, self.params | {"start": wanted.start or 0, "stop": wanted.stop})
        return [Line(*row[2:]) for row in rows]

    def __iter__(self) -> Iterator[Line]:
        return iter(self[:])

    @property
    def query(self) -> str:
        """The lines as a query; its first two columns order them."""
        if self.by_day:
            return BY_DAY.format(which=self._which())
        return LINES.format(of_kind=self._which("kind"), of_days=self._which("first", "last"))

    def _which(self, *names: str) -> str:
        said = [text for name, text in CONDITIONS.items() if getattr(self, name) and (not names or name in names)]
        return " AND ".join(["true", *said])

    @property
    def params(self) -> Mapping[str, Any]:
        asked = {"kind": self.kind, "first": self.first, "last": self.last, "start": 0, "stop": None}
        return params_of(self.merchant) | asked


def statement(
    merchant: Merchant, *, kind: str = "", first: date | None = None, last: date | None = None, by_day: bool = False
) -> Statement:
    """Return the wallet's statement, of a kind (see Kind) and of local days, both included; `by_day` summed up."""
    return Statement(merchant, kind, first, last, by_day)


CONDITIONS = {"kind": "kind = %(kind)s", "first": "day >= %(first)s", "last": "day <= %(last)s"}
ASKED = "ORDER BY day DESC, number DESC OFFSET {skipped} LIMIT %(stop)s::bigint - %(start)s::bigint"
BY_DAY = f"""
WITH {DAYS}, running AS (
    SELECT *, sum(cash) OVER before AS cash_after, sum(grants) OVER before AS grants_after FROM days
    WINDOW before AS (ORDER BY day, highest)
)
SELECT day, highest AS number, '' AS code, kind, last_at AS at, '' AS about, times AS count, cash, grants, cash_after,
    grants_after
FROM running WHERE {{which}} {ASKED.format(skipped="%(start)s")}
"""
LINES = f"""
WITH {DAYS}, opened AS (
    SELECT day, min(lowest) AS lowest, max(highest) AS highest,
        coalesce(sum(lines) FILTER (WHERE {{of_kind}}), 0) AS lines,
        sum(sum(cash)) OVER before - sum(cash) AS cash, sum(sum(grants)) OVER before - sum(grants) AS grants
    FROM days GROUP BY day WINDOW before AS (ORDER BY day)
), counted AS (
    SELECT *, sum(lines) OVER (ORDER BY day DESC) - lines AS skipped FROM opened WHERE {{of_days}}
), shown AS MATERIALIZED (
    SELECT * FROM counted
    WHERE skipped + lines > %(start)s AND (%(stop)s::bigint IS NULL OR skipped < %(stop)s::bigint)
), moved AS (
    SELECT shown.day, e.transfer_id, {CASH} AS cash, {GRANTS} AS grants
    FROM shown CROSS JOIN mine a CROSS JOIN LATERAL (
        SELECT transfer_id, amount FROM chengfeng_entry
        WHERE account_id = a.id AND transfer_id BETWEEN shown.lowest AND shown.highest OFFSET 0
    ) e GROUP BY 1, 2
), running AS (
    SELECT day, t.id AS number, t.code, {KIND} AS kind, t.at, moved.cash, moved.grants,
        shown.cash + sum(moved.cash) OVER before AS cash_after,
        shown.grants + sum(moved.grants) OVER before AS grants_after
    FROM moved JOIN shown USING (day)
    JOIN chengfeng_transfer t ON t.id = transfer_id AND (t.at AT TIME ZONE %(zone)s)::date = day
    WINDOW before AS (PARTITION BY day ORDER BY t.id)
)
SELECT day, number, code, kind, at, coalesce(
        (SELECT c.name FROM ads_charge h JOIN ads_campaign c ON c.id = h.campaign_id
            WHERE h.transfer_id = number LIMIT 1),
        (SELECT c.name FROM ads_creditnote n JOIN ads_charge h ON h.id = n.charge_id
            JOIN ads_campaign c ON c.id = h.campaign_id WHERE n.transfer_id = number),
        (SELECT reason FROM ads_grant WHERE transfer_id = number), ''
    ) AS about, {TIMES.replace("t.id", "number")} AS count, cash, grants, cash_after, grants_after
FROM running WHERE {{of_kind}} {ASKED.format(skipped="%(start)s - (SELECT coalesce(min(skipped), 0) FROM shown)")}
"""
