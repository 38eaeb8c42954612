"""Invariant of reports: I25."""

from shops.models import Merchant

from .. import dirty
from ..facts import MERCHANT_DAYS, TABLES
from ..sources import Grain, Wanted, key, measures, select
from .shape import Invariant


def _differences(grain: Grain) -> str:
    """Return the rows that only the facts or only the recomputation have; quiet rows are nobody's."""
    table = TABLES.get(grain, MERCHANT_DAYS)
    by = ["merchant_id", "day", *key(grain)]
    columns = ", ".join([*by, *measures(grain)])
    busy = " OR ".join(f"{code} <> 0" for code in measures(grain))
    known = (
        f"SELECT {columns} FROM {table} JOIN unnest(%(ids)s::bigint[], %(days)s::date[]) AS w(merchant_id, day) "
        f"USING (merchant_id, day) WHERE {busy}"
    )
    counted = f"SELECT {columns} FROM ({select(grain)}) s WHERE {busy}"
    named = f"'{grain.name.lower()}' AS grain, merchant_id, day, {by[-1]}::text AS key"
    return (
        f"SELECT * FROM (WITH known AS ({known}), counted AS ({counted}) "
        f"SELECT {named}, 'only in facts' AS found FROM (TABLE known EXCEPT TABLE counted) a UNION ALL "
        f"SELECT {named}, 'only in rows' FROM (TABLE counted EXCEPT TABLE known) b) {grain.name.lower()}"
    )


def settled_days() -> dict:
    """Return the parameters that want every final day with no newer rows."""
    merchants = Merchant.objects.in_bulk()
    return Wanted.single((merchants[pk], day) for pk, day in dirty.settled_days()).params()


ALL = [
    Invariant(
        "I25",
        "a closed day of the reports is its recomputation from raw rows",
        " UNION ALL ".join(_differences(grain) for grain in Grain),
        settled_days,
    ),
]
