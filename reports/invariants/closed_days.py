"""Invariant of reports: I25."""

from collections.abc import Sequence

from shops.models import Merchant

from .. import dirty
from ..facts import ECHOES, ECHOING, MERCHANT_DAYS, TABLES
from ..sources import Grain, counted, echoed, key
from ..summing import Wanted, select, select_echoes
from .shape import Invariant


def _of_days(grain: Grain) -> str:
    return _differences(grain.name.lower(), TABLES.get(grain, MERCHANT_DAYS), key(grain), counted(grain), select(grain))


def _of_echoes(grain: Grain) -> str:
    keys = ["about", *key(grain)]
    others = [column for column in ("campaign_id", "product_id") if column not in keys]
    table = f"(SELECT * FROM {ECHOES} WHERE {_are(keys[1:], 'NOT NULL')} AND {_are(others, 'NULL')}) e"
    return _differences(f"{grain.name.lower()} echo", table, keys, echoed(grain), select_echoes(grain))


def _are(columns: Sequence[str], what: str) -> str:
    return " AND ".join(f"{column} IS {what}" for column in columns) or "true"


def _differences(name: str, table: str, keys: Sequence[str], codes: Sequence[str], recomputation: str) -> str:
    """Return the rows that only the facts or only the recomputation have; quiet rows are nobody's."""
    columns = ", ".join(["merchant_id", "day", *keys, *codes])
    busy = " OR ".join(f"{code} <> 0" for code in codes)
    known = (
        f"SELECT {columns} FROM {table} JOIN unnest(%(ids)s::bigint[], %(days)s::date[]) AS w(merchant_id, day) "
        f"USING (merchant_id, day) WHERE {busy}"
    )
    counted_anew = f"SELECT {columns} FROM ({recomputation}) s WHERE {busy}"
    named = f"'{name}' AS grain, merchant_id, day, concat_ws(' ', {', '.join(keys) or 'NULL'}) AS key"
    return (
        f"SELECT * FROM (WITH known AS ({known}), counted AS ({counted_anew}) "
        f"SELECT {named}, 'only in facts' AS found FROM (TABLE known EXCEPT TABLE counted) a UNION ALL "
        f"SELECT {named}, 'only in rows' FROM (TABLE counted EXCEPT TABLE known) b) of_{name.replace(' ', '_')}"
    )


def settled_days() -> dict:
    """Return the parameters that want every final day with no newer rows."""
    merchants = Merchant.objects.in_bulk()
    return Wanted.single((merchants[pk], day) for pk, day in dirty.settled_days()).params()


ALL = [
    Invariant(
        "I25",
        "a closed day of the reports is its recomputation from raw rows",
        " UNION ALL ".join([*map(_of_days, Grain), *map(_of_echoes, ECHOING)]),
        settled_days,
    ),
]
