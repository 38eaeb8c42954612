"""A million orders as a CSV file, written by the job that a merchant's export runs, against COPY of the same rows.

The same as XLSX, once, is told beside it.

What it takes of memory is the most that the process has held while it wrote, beside what it held before.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from chengfeng import jobs
from reports import exports
from reports.models import Export
from shops.models import Membership, Merchant, User
from shops.tenancy import access_of

from . import filling, sold
from .result import Result, alternate
from .stage import Stage

ORDERS, DAYS, VARIANTS, ROUNDS = 1_000_000, 365, 100, 3
RAW = """
COPY (
    SELECT o.*, c.code, c.region, c.city, c.external_reference FROM orders_order o
    JOIN orders_checkout c ON c.id = o.checkout_id WHERE o.merchant_id = {} ORDER BY o.placed_at, o.id
) TO STDOUT (FORMAT csv)
"""
PROCESS = Path("/proc/self")


class Incomplete(Exception):
    """The file does not hold every order."""


@dataclass
class Memory:
    """In MB: what the process held before, and the most that it held meanwhile."""

    before: float
    most: float = 0.0


def run(stage: Stage) -> Result:
    now = stage.now()
    (shop,) = filling.merchants(1, at=now - timedelta(days=DAYS))
    owner = User.objects.create(email="alice@example.org", name="Alice")
    Membership.objects.create(merchant=shop, user=owner, role="owner", created_at=shop.created_at)
    filling.variants(shop, VARIANTS, stock=1_000_000, at=shop.created_at)
    stage.say("writing the orders")
    sold.write(ORDERS, until=now, length=timedelta(days=DAYS))
    sold.vacuum()
    with memory() as held, stage.connect() as bare:
        value, yardstick = alternate(
            lambda: written(stage, shop, owner, "csv"), lambda: copied(bare, shop), rounds=ROUNDS
        )
    with memory() as more:
        xlsx = written(stage, shop, owner, "xlsx")
    return Result(
        bench="export", value=value, unit="s", higher_is_better=False,
        yardstick="COPY of the same rows to CSV", yardstick_value=yardstick,
        sizes={
            "rows": ORDERS, "mb": held.most, "mb_before": held.before, "xlsx_seconds": xlsx, "xlsx_mb": more.most,
            "rounds": ROUNDS,
        },
    )  # fmt: skip


def written(stage: Stage, shop: Merchant, owner: User, file_format: str) -> float:
    """Ask for a file and write it; return how many seconds that took."""
    now = stage.now()
    begun = time.perf_counter()
    made = exports.ask(
        access_of(owner, shop, at=now), kind="orders", file_format=file_format,
        first=(now - timedelta(days=DAYS + 1)).date(), last=now.date() + timedelta(days=1), at=now,
    )  # fmt: skip
    jobs.run_due(at=stage.now())
    seconds = time.perf_counter() - begun
    found = Export.objects.get(pk=made.pk)
    if found.rows != ORDERS:
        raise Incomplete(found.job.error)
    found.file.delete()
    return seconds


def copied(bare, shop: Merchant) -> float:
    begun = time.perf_counter()
    with bare.cursor() as cursor, cursor.copy(RAW.format(shop.pk)) as rows, Path("/dev/null").open("wb") as file:
        for row in rows:
            file.write(row)
    return time.perf_counter() - begun


@contextmanager
def memory() -> Iterator[Memory]:
    """Watch the memory that this process holds."""
    (PROCESS / "clear_refs").write_text("5")
    held = Memory(_held("VmRSS"))
    yield held
    held.most = _held("VmHWM")


def _held(what: str) -> float:
    line = next(line for line in (PROCESS / "status").read_text().splitlines() if line.startswith(what))
    return int(line.split()[1]) / 1024
