"""Engines: the same answer from files, from PostgreSQL and from both, however it is reckoned."""

import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest
from django.conf import settings as project

from reports.engines import Interrupted, opened
from reports.engines.engine import Engine
from reports.history import exporting
from reports.history.logs import LOGS, TICK
from reports.history.models import HistoryDay
from shops.models import Product
from tests import factories
from tests.reports import world
from tests.reports.test_history import COMMITTED, DAY, SAM, lived

HAS_SPARK = bool(importlib.util.find_spec("pyspark") and shutil.which("java"))
HERE = ["duckdb", "postgres"]


@pytest.fixture(autouse=True)
def spark_or_skip(request):
    if request.node.get_closest_marker("spark") and not HAS_SPARK:
        pytest.skip("Spark is an extra: it needs requirements-spark.txt and Java")


@pytest.fixture
def history(shop, foreign_shop, at):
    """A shop with closed days in files and an open one, and a stranger's."""
    lived(shop, at)
    world.sell(factories.variant(foreign_shop), at=at - DAY, shopper=SAM)
    exporting.export(at=at)


def answers(name: str, **scope) -> dict[str, list[dict]]:
    """Return all rows of all logs, and sums of a join of two, as an engine gives them."""
    with opened(name=name, **scope) as engine:
        found = {log: engine.run(in_order(engine.table(log))).to_pylist() for log in LOGS}
        lines, paid = engine.table("lines"), engine.table("paid")
        sold = lines.join(paid, ["line", "merchant"])
        sums = sold.group_by("brand").agg(value=sold.value.sum(), lines=sold.count(), mean=sold.value.mean())
        return found | {"sums": engine.run(sums.order_by("brand")).to_pylist()}


def in_order(table: ibis.Table) -> ibis.Table:
    return table.order_by(list(table.columns))


@COMMITTED
def test_files_and_what_is_open_together_are_what_postgresql_has(history, at):
    assert HistoryDay.objects.filter(rows__gt=0).count() > 9
    assert answers("duckdb", as_of=at) == answers("postgres", as_of=at)


@COMMITTED
@pytest.mark.spark
def test_spark_says_the_same(history, shop, at):
    scope = {"merchants": [shop.pk], "since": at - 2 * DAY, "as_of": at}
    assert answers("spark", **scope) == answers("duckdb", **scope)


@COMMITTED
@pytest.mark.parametrize("name", HERE)
def test_bounds_are_half_open_and_the_past_of_states_is_always_known(history, shop, at, name):
    ours = set(Product.objects.filter(merchant=shop).values_list("pk", flat=True))
    with opened(name=name, merchants=[shop.pk], since=at + TICK, until=at + DAY) as engine:
        assert recorded(engine, "events") == set()
        assert recorded(engine, "events", since=at - DAY, until=at) == {micros(at - DAY)}
        assert recorded(engine, "events", since=None) == {micros(at - n * DAY) for n in range(3)}
        assert set(engine.run(engine.table("goods"))["product"].to_pylist()) == ours


def recorded(engine: Engine, log: str, **bounds: datetime | None) -> set[int]:
    return set(engine.run(engine.table(log, **bounds))["recorded"].to_pylist())


def micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@COMMITTED
@pytest.mark.parametrize("name", HERE)
def test_what_was_recorded_later_is_not_known_yet(history, at, name):
    then = (at - 2 * DAY).astimezone(ZoneInfo("Pacific/Honolulu"))  # where it was a day earlier
    with opened(name=name, as_of=then) as engine:
        assert engine.run(engine.table("events")).num_rows == 3
        assert engine.run(engine.table("judgements")).num_rows == 0
        assert engine.run(engine.table("refunds")).num_rows == 0


@pytest.mark.parametrize("name", [*HERE, pytest.param("spark", marks=pytest.mark.spark)])
def test_what_an_engine_is_given_is_what_is_read(name, db):
    with opened(name=name) as engine:
        for values in ({"brand": "a'b\\\"c", "campaign": 7}, {"brand": "", "campaign": -1}):
            assert engine.run(engine.given(values)).to_pylist() == [values]


@COMMITTED
@pytest.mark.parametrize("name", HERE)
def test_batches_are_the_rows_in_their_order(history, name):
    with opened(name=name) as engine:
        expression = in_order(engine.table("events"))
        batches = list(engine.batches(expression, rows=2))
        assert pa.Table.from_batches(batches).to_pylist() == engine.run(expression).to_pylist()
        assert max(batch.num_rows for batch in batches) == 2
        next(engine.batches(expression, rows=2))  # and left there
        assert engine.run(expression).num_rows == 9


@COMMITTED
@pytest.mark.parametrize("name", HERE)
def test_nothing_is_left_behind_by_an_engine(history, name, settings):
    with opened(name=name) as engine:
        engine.run(engine.table("events"))
    assert not settings.ENGINE_TEMP.exists() or list(settings.ENGINE_TEMP.iterdir()) == []


def test_what_a_process_that_died_has_left_is_removed(settings, db):
    dead, alive = (settings.ENGINE_TEMP / f"run-{pid}-x" for pid in (2**22 + 1, os.getpid()))
    dead.mkdir(parents=True)
    alive.mkdir()
    with opened(name="duckdb"):
        assert (dead.exists(), alive.exists()) == (False, True)


@pytest.mark.django_db
@pytest.mark.parametrize("name", HERE)
def test_inside_a_transaction_an_engine_sees_what_that_wrote(shop, at, name):
    lived(shop, at)
    with opened(name=name) as engine:
        assert engine.run(engine.table("events")).num_rows == 9


@COMMITTED
@pytest.mark.parametrize("name", HERE)
def test_an_engine_stops_when_it_is_told_to(history, name):
    with opened(name=name) as engine:
        events = engine.table("events")
        endless = events
        for _ in range(12):
            endless = endless.cross_join(events.view()).select(events.columns)
        stop = threading.Timer(0.3, engine.cancel)
        stop.start()
        with pytest.raises(Interrupted):
            engine.run(endless.agg(sum=endless.recorded.max()))
        stop.join()


def test_an_engine_nobody_knows_is_refused():
    with pytest.raises(KeyError), opened(name="abacus"):
        pass


def test_nothing_of_it_is_loaded_before_it_is_needed():
    script = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'chengfeng.settings'; import chengfeng.wsgi;"
        "from django.core.management import call_command; call_command('check');"
        "import chengfeng.urls, chengfeng.celery, reports.admin;"
        "print(sorted({'ibis', 'duckdb', 'pyarrow', 'pandas', 'pyspark', 'sqlglot'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=project.BASE_DIR, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
