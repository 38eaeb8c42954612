"""History credited by any rule in DuckDB, against reading and sorting the same files; sales restated in PostgreSQL."""

import tempfile
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.test import override_settings

from ads.attribution import DEFAULT, PRESETS, Rule, bring_up_to_date, relations
from ads.models import ConversionLine
from reports.engines import opened
from reports.engines.compiling import compiled
from reports.history.models import HistoryDay

from . import history
from .history import Past
from .history_fill import Sizes, fill
from .result import Result
from .stage import Stage

SMALL, LARGE = (1_000_000, 100_000), (10_000_000, 1_000_000)  # touches, orders
DAYS, ROUNDS = 90, 2
RULES = ("last_click_7d", "linear_7d", "decay_7d", "tiktok_shop_7c_1v", "criteo_30c_category_1v_sku")
READ = ("events", "judgements", "lines", "paid", "settled", "cancelled", "refunds", "links", "goods")
SHOPS, SALES_A_DAY, EVENTS_A_DAY, PEOPLE, BATCH = 20, 50, 1250, 50, 500  # everybody clicks and buys once a day


def run(stage: Stage) -> Result:
    small = _files(stage, *SMALL)
    large = _files(stage, *LARGE)
    slowest = max(RULES, key=lambda name: large[name])
    posted = _posted(stage)
    return Result(
        bench="attribution", value=large[slowest], unit="s", higher_is_better=False,
        yardstick="reading and sorting the same files", yardstick_value=large["sorting"],
        sizes={
            "touches": LARGE[0], "orders": LARGE[1], "slowest_rule": slowest,
            "growth": max(large[name] / small[name] for name in RULES) / (LARGE[0] / SMALL[0]),
            "growth_of_sorting": large["sorting"] / small["sorting"] / (LARGE[0] / SMALL[0]),
            **{f"{name}_seconds": large[name] for name in RULES}, **posted,
        },
    )  # fmt: skip


def _files(stage: Stage, touches: int, orders: int) -> dict[str, float]:
    """Return how many seconds each rule takes over so much history, and sorting it."""
    at = stage.now()
    sizes = Sizes(touches=touches, orders=orders, first=at.date() - timedelta(days=DAYS + 1), days=DAYS)
    with tempfile.TemporaryDirectory(dir=settings.PLACE) as folder, override_settings(HISTORY_ROOT=folder):
        HistoryDay.objects.all().delete()
        size = fill(sizes, READ, at=at)
        stage.say(f"{touches:,} touches and {orders:,} orders in {size / 1e6:,.0f} MB")
        found = {"sorting": min(_sorted(at) for _ in range(ROUNDS))}
        for name in RULES:
            found[name] = min(_credited(PRESETS[name], at) for _ in range(ROUNDS))
            stage.say(f"{name}: {found[name]:.2f} s, sorting {found['sorting']:.2f} s")
    return found


def _sorted(at: datetime) -> float:
    """Read touches and orders and sort them by shop, shopper and time."""
    with opened(as_of=at, name="duckdb") as engine:
        tables = [engine.table(log).get_name() for log in ("events", "lines")]
        begun = time.perf_counter()
        for name in tables:
            engine.connection.execute(
                f"CREATE TEMP TABLE sorted_{name} AS SELECT * FROM {name} ORDER BY merchant, shopper, recorded"
            )
        return time.perf_counter() - begun


def _credited(rule: Rule, at: datetime) -> float:
    """Credit all orders to all touches by a rule, and keep every credit."""
    with opened(as_of=at, name="duckdb") as engine:
        table = engine.table
        begun = time.perf_counter()
        touches = relations.resolve(table("events"), table("judgements"), table("links"), table("goods"))
        sold = relations.sales(
            table("lines"), table("paid"), table("settled"), table("cancelled"), table("refunds"), table("links"),
            rule.state,
        )  # fmt: skip
        query = compiled(relations.credit(touches, sold, rule), "duckdb")
        engine.connection.execute(f"CREATE TEMP TABLE credited AS {query}")
        return time.perf_counter() - begun


def _posted(stage: Stage) -> dict[str, float]:
    """Return how many sales are brought up to date a second, none of which has a credit yet, and for how many touches.

    A sale has as many clicks behind it as the rule has days.
    """
    start = stage.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=10)
    history.advertisers(SHOPS, at=start)
    history.write(Past(start=start, days=9, orders=SALES_A_DAY, events=EVENTS_A_DAY, people=PEOPLE))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE ads_credit, ads_saleclaim")
    history.analyze()
    lines = list(ConversionLine.objects.order_by("pk").values_list("pk", flat=True))
    begun, processed = time.perf_counter(), time.process_time()
    posted = sum(
        len(bring_up_to_date(lines[n : n + BATCH], reason="late", cause=DEFAULT.name, at=stage.now()))
        for n in range(0, len(lines), BATCH)
    )
    seconds = time.perf_counter() - begun
    ours = time.process_time() - processed
    stage.say(f"{len(lines):,} sales brought up to date with {posted:,} credits in {seconds:.2f} s, {ours:.2f} s ours")
    return {"sales": len(lines), "credits": posted, "sales_a_second": len(lines) / seconds}
