"""Events over HTTP in batches of 1,000, clicks charged, against COPY of such rows into their table."""

import json
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from ads import partitions, tokens
from ads.models import Ad, Charge, Event
from ads.tokens import AdToken

from . import filling
from .load import Journey, Step
from .result import Result, alternate
from .stage import Stage

MERCHANTS, CAMPAIGNS, ADS = 20, 2, 5
BATCH, CLICKS, BATCHES, PEOPLE, ROUNDS = 1000, 30, 12, 4, 3
BID, PRICE = Decimal("1.50"), Decimal("0.87")
COPY = (
    "COPY ads_event (day, token, kind, merchant_id, campaign_id, group_id, ad_id, product_id, placement, position,"
    " shopper, pricing, bid, price, pctr, pcvr, is_explored, decided_at, at, received_at, is_valid, reason) FROM STDIN"
)


def run(stage: Stage) -> Result:
    at = stage.now()
    running = filling.ads(filling.merchants(MERCHANTS, at=at), campaigns=CAMPAIGNS, ads_each=ADS, at=at)
    partitions.ensure(at.date() - timedelta(days=1), at.date() + timedelta(days=1))

    def ours() -> float:
        return BATCH * site.drive([_reporting(running, stage.now()) for _ in range(BATCHES)], people=PEOPLE).rate()

    def theirs() -> float:
        batches = [_served(running, stage.now()) for _ in range(BATCHES)]
        begun = time.perf_counter()
        for batch in batches:
            _copy(bare, batch, stage.now())
        return BATCH * BATCHES / (time.perf_counter() - begun)

    with stage.connect() as bare, stage.web() as site:
        site.drive([_reporting(running, stage.now()) for _ in range(PEOPLE)], people=PEOPLE)
        value, yardstick = alternate(ours, theirs, rounds=ROUNDS)
    _require_charges((PEOPLE + ROUNDS * BATCHES) * CLICKS)
    return Result(
        bench="ingest", value=value, unit="events/s", higher_is_better=True,
        yardstick="COPY of such rows into the same table, one transaction per batch", yardstick_value=yardstick,
        sizes={
            "batch": BATCH, "clicks_per_batch": CLICKS, "batches": BATCHES, "people": PEOPLE, "ads": len(running),
            "rounds": ROUNDS,
        },
    )  # fmt: skip


def _served(running: Sequence[Ad], at: datetime) -> list[tuple[AdToken, str]]:
    """Return a batch: impressions of fresh ads, some of which were clicked, too."""
    seen = [(_token(random.choice(running), at), "impression") for _ in range(BATCH - CLICKS)]
    return seen + [(token, "click") for token, _ in seen[:CLICKS]]


def _token(ad: Ad, at: datetime) -> AdToken:
    return AdToken(
        tokens.new_id(), uuid4(), ad.pk, ad.campaign_id, ad.merchant_id, ad.product_id, BID, PRICE, "feed", 1,
        at - timedelta(seconds=5), ad.group_id,
    )  # fmt: skip


def _reporting(running: Sequence[Ad], at: datetime) -> Journey:
    events = [{"token": tokens.seal(token), "kind": kind} for token, kind in _served(running, at)]
    return [Step("POST", "/api/v1/events", json.dumps({"events": events}))]


def _copy(bare, batch: Sequence[tuple[AdToken, str]], at: datetime) -> None:
    with bare.transaction(), bare.cursor() as cursor, cursor.copy(COPY) as copy:
        for token, kind in batch:
            copy.write_row(_row(token, kind, at))


def _row(token: AdToken, kind: str, at: datetime) -> tuple:
    return (
        token.decided_at.astimezone(UTC).date(), token.token, kind, token.merchant_id, token.campaign_id,
        token.group_id, token.ad_id, token.product_id, token.placement, token.position, token.shopper, token.pricing,
        token.bid, token.price, token.pctr, token.pcvr, token.is_explored, token.decided_at, at, at, True, "copied",
    )  # fmt: skip


def _require_charges(clicks: int) -> None:
    """Raise Miscounted unless every click was stored and charged."""
    stored = Event.objects.filter(kind="click", is_valid=True, reason="").count()
    if (stored, Charge.objects.count()) != (clicks, clicks):
        raise Miscounted(f"{clicks} clicks, {stored} stored, {Charge.objects.count()} charged")


class Miscounted(Exception):
    """Not every event had its effect exactly once."""
