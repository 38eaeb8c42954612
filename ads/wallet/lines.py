"""The statement of a wallet: what every ledger transfer did to cash and grants, and what stood there after it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from chengfeng import sql
from shops.models import Merchant

from .forecasting import MINE


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
    """One transfer, or (`count` > 1) those of a kind on a day: changes of cash and grants, and both after it.

    `about` names the campaign, the reason of a grant or the reason of a credit note; `code` is the ledger's.
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
        return sql.row(f"SELECT count(*) FROM ({self.query}) lines", self.params)[0]

    def __getitem__(self, wanted: slice) -> list[Line]:
        """Return a slice of the lines."""
        params = self.params | {"offset": wanted.start or 0, "limit": wanted.stop and wanted.stop - (wanted.start or 0)}
        rows = sql.rows(f"{self.query} ORDER BY number DESC OFFSET %(offset)s LIMIT %(limit)s", params)
        return [Line(*row[1:]) for row in rows]

    def __iter__(self) -> Iterator[Line]:
        return iter(self[:])

    @property
    def query(self) -> str:
        """The lines as a query; its first column orders them."""
        conditions = [text for name, text in CONDITIONS.items() if getattr(self, name)]
        return (BY_DAY if self.by_day else LINES).format(which=" AND ".join(["true", *conditions]))

    @property
    def params(self) -> Mapping[str, Any]:
        zone = self.merchant.time_zone
        return {
            "code": self.merchant.code, "merchant": self.merchant.pk, "currency": self.merchant.currency, "zone": zone,
            "kind": self.kind, "first": self.first, "last": self.last,
        }  # fmt: skip


def statement(
    merchant: Merchant, *, kind: str = "", first: date | None = None, last: date | None = None, by_day: bool = False
) -> Statement:
    """Return the wallet's statement, of a kind (see Kind) and of local days, both included; `by_day` summed up."""
    return Statement(merchant, kind, first, last, by_day)


CONDITIONS = {
    "kind": "kind = %(kind)s",
    "first": "at >= %(first)s::date::timestamp AT TIME ZONE %(zone)s",
    "last": "at < (%(last)s::date + 1)::timestamp AT TIME ZONE %(zone)s",
}
RUNNING = f"""
    SELECT t.id, t.code, coalesce(g.kind, t.kind) AS kind, t.at, moved.cash, moved.grants,
        sum(moved.cash) OVER before AS cash_after, sum(moved.grants) OVER before AS grants_after
    FROM (
        SELECT e.transfer_id, coalesce(sum(e.amount) FILTER (WHERE mine.kind = 'wallet'), 0) AS cash,
            coalesce(sum(e.amount) FILTER (WHERE mine.kind = 'grant'), 0) AS grants
        FROM ({MINE}) mine JOIN chengfeng_entry e ON e.account_id = mine.id GROUP BY 1
    ) moved JOIN chengfeng_transfer t ON t.id = moved.transfer_id
    LEFT JOIN ads_grant g ON g.transfer_id = t.id
    WINDOW before AS (ORDER BY t.id)
"""
LINES = f"""
SELECT shown.id AS number, shown.code, kind, shown.at, coalesce(
        (SELECT c.name FROM ads_charge h JOIN ads_campaign c ON c.id = h.campaign_id WHERE h.transfer_id = shown.id),
        (SELECT c.name FROM ads_creditnote n JOIN ads_charge h ON h.id = n.charge_id
            JOIN ads_campaign c ON c.id = h.campaign_id WHERE n.transfer_id = shown.id),
        (SELECT reason FROM ads_grant WHERE transfer_id = shown.id), ''
    ) AS about, 1 AS count, cash, grants, cash_after, grants_after
FROM ({RUNNING}) shown WHERE {{which}}
"""
BY_DAY = f"""
SELECT max(shown.id) AS number, '' AS code, kind, max(at) AS at, '' AS about, count(*) AS count,
    sum(cash) AS cash, sum(grants) AS grants,
    (array_agg(cash_after ORDER BY shown.id DESC))[1] AS cash_after,
    (array_agg(grants_after ORDER BY shown.id DESC))[1] AS grants_after
FROM ({RUNNING}) shown WHERE {{which}} GROUP BY (at AT TIME ZONE %(zone)s)::date, kind
"""
