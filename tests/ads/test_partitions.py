"""Day partitions: made once, ahead of time, by several at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection

from ads import partitions
from tests.factories import AT

DAY = timedelta(days=1)


@pytest.mark.django_db
def test_the_job_makes_the_days_around_it(monkeypatch):
    monkeypatch.setattr(partitions, "_known", set())
    job = SimpleNamespace(due_at=AT.replace(year=1990))
    assert [partitions.run(job, None), partitions.run(job, None)] == [
        {"made": 10, "dropped": 0},
        {"made": 0, "dropped": 0},
    ]
    days = sorted(day for day in partitions.existing() if day.year == 1990)
    assert (days[0], days[-1], len(days)) == (date(1990, 3, 8), date(1990, 3, 17), 10)


@pytest.mark.django_db
def test_behaviours_and_auctions_are_kept_31_days_and_events_for_good(monkeypatch):
    monkeypatch.setattr(partitions, "_known", set())
    today = date(1970, 3, 10)
    partitions.ensure(today - 33 * DAY, today)
    assert (partitions.forget(today), partitions.forget(today)) == (4, 0)
    oldest = {table: min(day for day in days if day.year == 1970) for table, days in partitions._days().items()}
    kept = {"ads_behaviour": 31, "ads_auctionrecord": 31, "ads_event": 33}
    assert oldest == {table: today - days * DAY for table, days in kept.items()}


@pytest.mark.django_db(transaction=True)
def test_several_make_the_same_days_at_once():
    first = date(1980, 1, 1)

    def make(_):
        partitions._known.clear()
        try:
            partitions.ensure(first, first + 5 * DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(make, range(6)))
    assert sum(day.year == 1980 for day in partitions.existing()) == 6
    with connection.cursor() as cursor:
        for offset in range(6):
            for table in partitions.TABLES:
                cursor.execute(f"DROP TABLE {table}_{first + offset * DAY:%Y%m%d}")
    partitions._known.clear()
