"""Learning from impressions, and predicting for the ads of an index: examples per second, milliseconds per refresh.

The impressions lie in the database with their clicks, as the background job finds them; the yardstick reads four
columns of the same rows by COPY into an array, and does nothing with them.
"""

import time
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import connection

from ads import partitions
from ads.models import Ad
from ads.prediction import AdFacts, packing
from ads.prediction.examples import Catalogue, impressions
from ads.prediction.learner import Learner
from ads.prediction.predictor import Predictor
from ads.prediction.sold import Sold

from . import filling, history
from .result import Result, alternate
from .stage import Stage

SHOPS, CAMPAIGNS, ADS = 20, 10, 50
IMPRESSIONS = 200_000
ROUNDS, REFRESHES = 3, 5


def run(stage: Stage) -> Result:
    today = stage.now().replace(hour=0, minute=0, second=0, microsecond=0)
    since, until = today - timedelta(hours=6), today
    shops = filling.merchants(SHOPS, at=today)
    ads = filling.ads(shops, campaigns=CAMPAIGNS, ads_each=ADS, at=today - timedelta(days=30))
    partitions.ensure_days({since.date()})
    _write(ads, since)
    history.analyze()
    catalogue = Catalogue.read()
    stage.say(f"{IMPRESSIONS:,} impressions of {len(ads):,} ads")
    learners: list[Learner] = []

    def ours() -> float:
        begun = time.perf_counter()
        learners[:] = [Learner("click", 0.02)]
        learners[0].learn(impressions(catalogue, since, until))
        return IMPRESSIONS / (time.perf_counter() - begun)

    def theirs() -> float:
        begun = time.perf_counter()
        assert len(_scan()) == IMPRESSIONS
        return IMPRESSIONS / (time.perf_counter() - begun)

    value, yardstick = alternate(ours, theirs, rounds=ROUNDS)
    packed = packing.to_bytes(packing.pack(learners[0], Sold()) | packing.pack_state(learners[0]))
    swap, predict = _swap(packed), _predict(packed, ads)
    return Result(
        bench="prediction", value=value, unit="examples/s", higher_is_better=True,
        yardstick="COPY of the same rows into an array", yardstick_value=yardstick,
        sizes={
            "examples": IMPRESSIONS, "ads": len(ads), "rounds": ROUNDS, "swap_ms": swap, "predict_ms": predict,
            "version_kib": len(packed) / 1024, "auc": learners[0].check.metrics()["auc"],
        },
    )  # fmt: skip


def _write(ads: list[Ad], since) -> None:
    """Write impressions over six hours, popular ads more often, with clicks on one in twenty to fifty."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"since": since, "count": IMPRESSIONS, "ads": [ad.pk for ad in ads]})


WRITE = """
WITH seen AS (
    SELECT gen_random_uuid() AS token, number, %(since)s + number * interval '6 hours' / %(count)s AS at,
        1 + floor(cardinality(%(ads)s::bigint[]) * random() ^ 2)::int AS place
    FROM generate_series(0, %(count)s - 1) number
), events AS (
    SELECT *, 'impression' AS kind FROM seen
    UNION ALL SELECT *, 'click' FROM seen WHERE random() < 0.02 + 0.03 * (place %% 7 = 0)::int
)
INSERT INTO ads_event (
    day, token, kind, merchant_id, campaign_id, group_id, ad_id, product_id, placement, position, shopper, pricing,
    bid, price, is_explored, decided_at, at, received_at, is_valid, reason
)
SELECT (events.at AT TIME ZONE 'UTC')::date, events.token, events.kind, ad.merchant_id, ad.campaign_id, ad.group_id,
    ad.id, ad.product_id, (ARRAY['feed', 'search', 'product', 'shop'])[1 + number %% 4], 1 + number %% 8,
    gen_random_uuid(), 'cpc', 1, 0.5, false, events.at, events.at, events.at, true, ''
FROM events JOIN ads_ad ad ON ad.id = (%(ads)s::bigint[])[events.place]
"""


def _scan() -> np.ndarray:
    statement = (
        "COPY (SELECT floor(extract(epoch FROM received_at))::bigint, campaign_id, ad_id, position FROM ads_event "
        "WHERE kind = 'impression') TO STDOUT"
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copied:
        text = b"".join(bytes(data) for data in copied)
    return np.fromstring(text.decode(), dtype=np.int64, sep=" ").reshape(-1, 4)


def _swap(packed: bytes) -> float:
    """Return how long a process takes to make a version of its bytes, in milliseconds."""
    return min(
        _milliseconds(lambda: packing.trained(packing.from_bytes(packed), 1, datetime.now(UTC)))
        for _ in range(REFRESHES)
    )


def _predict(packed: bytes, ads: list[Ad]) -> float:
    """Return how long the predictions of all ads on all placements take, in milliseconds."""
    predictor = Predictor(clicks=packing.trained(packing.from_bytes(packed), 1, datetime.now(UTC)))
    facts = [AdFacts(ad.pk, ad.group_id, ad.campaign_id, ad.merchant_id, ad.product_id) for ad in ads]
    return min(_milliseconds(lambda: predictor.click_logits(facts)) for _ in range(REFRESHES))


def _milliseconds(call) -> float:
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000
