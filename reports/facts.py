"""Facts are rebuilt from raw rows, whole days at a time; which days need it is found from the rows themselves.

Of the day that is still open the facts hold what was recorded up to a moment some minutes ago, so that whoever reads it
live has but those minutes left to count.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from chengfeng import clock, sql
from chengfeng.jobs import Report
from chengfeng.models import Job
from chengfeng.periods import local_date, midnight
from shops.models import Merchant

from . import dirty
from .models import CampaignDayFact, Echo, MerchantDay, PaymentDay, ProductDay
from .sources import LATENESS, Grain, counted, echoed, key
from .summing import Wanted, select, select_echoes

TABLES = {
    Grain.CAMPAIGN: CampaignDayFact._meta.db_table,
    Grain.PRODUCT: ProductDay._meta.db_table,
    Grain.METHOD: PaymentDay._meta.db_table,
}
MERCHANT_DAYS, ECHOES = MerchantDay._meta.db_table, Echo._meta.db_table
ECHOING = [grain for grain in Grain if echoed(grain)]
CHUNK = timedelta(days=31)


def rebuild(merchant: Merchant, day: date, *, at: datetime) -> None:
    """Rebuild one local day of one merchant from its raw rows, in one transaction."""
    rebuild_days([(merchant, day)], at=at)


@transaction.atomic
def rebuild_days(pairs: Sequence[tuple[Merchant, date]], *, at: datetime, before: datetime | None = None) -> None:
    """Rebuild many days of many merchants in one transaction: delete and insert, set by set.

    With `before` they hold what was recorded before that moment.
    """
    if not pairs:
        return
    params = Wanted.single(pairs, before=before).params() | {"at": at, "through": before or at, "lateness": LATENESS}
    sql.run("SELECT pg_advisory_xact_lock(hashtext(%(lock)s))", {"lock": MERCHANT_DAYS})
    for table in (MERCHANT_DAYS, ECHOES, *TABLES.values()):
        sql.run(_delete(table), params)
    sql.run(_insert_merchant_days(), params)
    for grain in TABLES:
        sql.run(_insert(grain), params)
    for grain in ECHOING:
        sql.run(_insert_echoes(grain), params)


def rebuild_history(*, at: datetime, report: Report | None = None) -> int:
    """Rebuild every day that has rows newer than its facts; return how many merchant-days that were."""
    marks = dirty.look(at=at)
    pairs = dirty.days(at=at)
    done = 0
    for chunk in _chunks(pairs):
        rebuild_days(chunk, at=at)
        done += len(chunk)
        if report:
            report(done, len(pairs))
    keep_open_days(at=at)
    dirty.settle(marks, at=at)
    return done


def keep_open_days(*, at: datetime) -> None:
    """Keep facts of what every merchant's open day holds already, before the numbers of its rows are settled."""
    before = dirty.settled_until(at=at)
    if before:
        days = [(merchant, local_date(at, merchant.time_zone)) for merchant in Merchant.objects.all()]
        begun = [(merchant, day) for merchant, day in days if midnight(day, merchant.time_zone) < before]
        rebuild_days(begun, at=at, before=before)


def run(job: Job, report: Report) -> dict:
    """Bring the facts up to now; the job kind `rebuild_facts`."""
    return {"days": rebuild_history(at=clock.now(), report=report)}


def _chunks(pairs: Iterable[tuple[Merchant, date]]) -> Iterable[list[tuple[Merchant, date]]]:
    """Cut pairs, oldest first, into runs of at most a month, so that no transaction grows with history."""
    chunk: list[tuple[Merchant, date]] = []
    for pair in sorted(pairs, key=lambda pair: (pair[1], pair[0].pk)):
        if chunk and pair[1] - chunk[0][1] >= CHUNK:
            yield chunk
            chunk = []
        chunk.append(pair)
    if chunk:
        yield chunk


def _delete(table: str) -> str:
    return (
        f"DELETE FROM {table} f USING unnest(%(ids)s::bigint[], %(days)s::date[]) AS w(merchant_id, day) "
        "WHERE f.merchant_id = w.merchant_id AND f.day = w.day"
    )


def _insert(grain: Grain) -> str:
    columns = ", ".join(["merchant_id", "day", *key(grain), *counted(grain)])
    return f"INSERT INTO {TABLES[grain]} ({columns}) {select(grain)}"


def _insert_echoes(grain: Grain) -> str:
    """Return the insert of what happened on the wanted days and counts for earlier ones, but where that is nothing."""
    columns = ", ".join(["merchant_id", "day", "about", *key(grain), *echoed(grain)])
    busy = " OR ".join(f"{code} <> 0" for code in echoed(grain))
    return f"INSERT INTO {ECHOES} ({columns}) SELECT {columns} FROM ({select_echoes(grain)}) e WHERE {busy}"


def _insert_merchant_days() -> str:
    """Return the insert of one row for each wanted day, quiet days too: they are known to be quiet."""
    codes = counted(Grain.MERCHANT)
    ends = "((w.day + 1)::timestamp AT TIME ZONE z.time_zone)"
    return (
        f"INSERT INTO {MERCHANT_DAYS} (merchant_id, day, {', '.join(codes)}, rebuilt_at, complete_through, is_final) "
        f"SELECT w.merchant_id, w.day, {', '.join(f'coalesce(s.{code}, 0)' for code in codes)}, %(at)s, "
        f"least(%(through)s, {ends}), %(at)s >= {ends} + %(lateness)s "
        "FROM unnest(%(ids)s::bigint[], %(days)s::date[]) AS w(merchant_id, day) "
        "JOIN shops_merchant z ON z.id = w.merchant_id "
        f"LEFT JOIN ({select(Grain.MERCHANT)}) s ON s.merchant_id = w.merchant_id AND s.day = w.day"
    )
