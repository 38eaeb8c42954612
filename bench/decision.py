"""Ad decisions over HTTP among 1,000 live ads and among 10,000, against an empty view of the same server.

Besides throughput: how long answers take at half of it, and while campaigns change so that the index is built anew.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from uuid import uuid4

from django.db import connection
from django.db.models import F

from ads.models import Ad, Campaign
from shops import shopper

from . import filling
from .load import Journey, Site, Step, Traffic
from .result import Result, alternate
from .stage import Stage

FEW, MANY = 1_000, 10_000
CAMPAIGNS, ADS = 4, 5
SLOTS, DECISIONS, PEOPLE, ROUNDS, WARM_UP = 6, 800, 8, 3, 5
HALF_FOR = 5  # seconds at half of the throughput
CROWD = 32  # connections then: of a few, one process of the server may get nearly all
EDIT_EVERY = 0.5  # seconds
ASKED = json.dumps({"placement": "feed", "slots": SLOTS})


def run(stage: Stage) -> Result:
    with stage.web() as site:
        few, many = (_measured(stage, site, live) for live in (FEW, MANY))
    return Result(
        bench="decision", value=few.value, unit="decisions/s", higher_is_better=True,
        yardstick="requests to an empty view per second", yardstick_value=few.yardstick,
        sizes={
            "live_ads": FEW, "slots": SLOTS, "decisions": DECISIONS, "people": PEOPLE, "crowd": CROWD, "rounds": ROUNDS,
            **few.times(), "many_ads": MANY, "many_value": many.value, "many_yardstick_value": many.yardstick,
            "many_ratio": many.value / many.yardstick, **{f"many_{name}": ms for name, ms in many.times().items()},
        },
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """Answers per second and the empty view's; then what became of half as many, alone and while campaigns change."""

    value: float
    yardstick: float
    half: Traffic
    empty_half: Traffic
    edited: Traffic

    def times(self) -> dict[str, float]:
        return {
            "half_p50_ms": self.half.ms(50), "half_p99_ms": self.half.ms(99),
            "empty_half_p99_ms": self.empty_half.ms(99), "half_p99_ratio": self.half.ms(99) / self.empty_half.ms(99),
            "edited_p99_ms": self.edited.ms(99), "edited_longest_ms": self.edited.ms(100),
        }  # fmt: skip


def _measured(stage: Stage, site: Site, live: int) -> Measured:
    _fill(stage, live)
    _await_index(site)
    value, yardstick = alternate(
        lambda: site.drive(_asking(DECISIONS), people=PEOPLE).rate(),
        lambda: site.idle(DECISIONS, people=PEOPLE).rate(),
        rounds=ROUNDS,
    )
    half = site.drive(_asking(int(value / 2 * HALF_FOR)), people=CROWD, per_second=value / 2)
    empty_half = site.idle(int(yardstick / 2 * HALF_FOR), people=CROWD, per_second=yardstick / 2)
    with _editing():
        edited = site.drive(_asking(int(value / 2 * HALF_FOR)), people=CROWD, per_second=value / 2)
    for traffic in (half, empty_half, edited):
        traffic.rate()
    return Measured(value, yardstick, half, empty_half, edited)


def _fill(stage: Stage, live: int) -> None:
    """Let so many ads be live."""
    at, missing = stage.now(), (live - Ad.objects.count()) // (CAMPAIGNS * ADS)
    filling.ads(filling.merchants(missing, at=at), campaigns=CAMPAIGNS, ads_each=ADS, at=at)


def _await_index(site: Site) -> None:
    """Return when every process has had time to read the ads that are live now."""
    for _ in range(WARM_UP):
        site.drive(_asking(DECISIONS // 4), people=PEOPLE).rate()
        time.sleep(1)


def _asking(decisions: int) -> list[Journey]:
    return [[Step("POST", "/api/v1/decisions", ASKED, {"X-Shopper": shopper.seal(uuid4())})] for _ in range(decisions)]


@contextmanager
def _editing() -> Iterator[None]:
    """Change a campaign every half second for the length of a block, so that every process builds its index anew."""
    is_over = threading.Event()
    editor = threading.Thread(target=_edit_until, args=[is_over])
    editor.start()
    try:
        yield
    finally:
        is_over.set()
        editor.join()


def _edit_until(is_over: threading.Event) -> None:
    campaigns = cycle(Campaign.objects.order_by("pk").values_list("pk", flat=True)[:50])
    while not is_over.wait(EDIT_EVERY):
        Campaign.objects.filter(pk=next(campaigns)).update(version=F("version") + 1)
    connection.close()
