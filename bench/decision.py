"""Ad decisions over HTTP among 1,000 live ads, against an empty view of the same server."""

import json
from uuid import uuid4

from shops import shopper

from . import filling
from .load import Journey, Step
from .result import Result, alternate
from .stage import Stage

MERCHANTS, CAMPAIGNS, ADS = 50, 4, 5
SLOTS, DECISIONS, PEOPLE, ROUNDS = 6, 800, 8, 3
ASKED = json.dumps({"placement": "feed", "slots": SLOTS})


def run(stage: Stage) -> Result:
    at, traffic = stage.now(), []
    filling.ads(filling.merchants(MERCHANTS, at=at), campaigns=CAMPAIGNS, ads_each=ADS, at=at)

    def ours() -> float:
        traffic.append(site.drive([_asking() for _ in range(DECISIONS)], people=PEOPLE))
        return traffic[-1].rate()

    with stage.web() as site:
        site.drive([_asking() for _ in range(DECISIONS // 5)], people=PEOPLE)
        value, yardstick = alternate(ours, lambda: site.idle(DECISIONS, people=PEOPLE).rate(), rounds=ROUNDS)
    return Result(
        bench="decision", value=value, unit="decisions/s", higher_is_better=True,
        yardstick="requests to an empty view per second", yardstick_value=yardstick,
        sizes={
            "p50_ms": traffic[-1].ms(50), "p99_ms": traffic[-1].ms(99), "live_ads": MERCHANTS * CAMPAIGNS * ADS,
            "slots": SLOTS, "decisions": DECISIONS, "people": PEOPLE, "rounds": ROUNDS,
        },
    )  # fmt: skip


def _asking() -> Journey:
    return [Step("POST", "/api/v1/decisions", ASKED, {"X-Shopper": shopper.seal(uuid4())})]
