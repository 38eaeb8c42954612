"""From an order's payment until it shows with its credit in cockpit and API, under load, against an empty view.

Shoppers with a click behind them buy one after another, while others buy from other shops as fast as it is asked; the
clock starts when the payment is answered, and stops when both the page and the API tell of the order.
"""

import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from uuid import UUID, uuid4

from django.db import connection
from django.urls import reverse

from ads import partitions
from ads.models import Ad, Event
from chengfeng.periods import local_date
from shops.models import Merchant, User, Variant
from shops.people.rights import Right
from shops.tokens import issue

from . import filling
from .cockpit import owner
from .load import PATIENCE, Site, Step
from .result import Result, percentile
from .shopping import buying
from .stage import Stage

PROBES, SHOPS, SHELF, PER_SECOND, PEOPLE = 200, 5, 20, 15, 4
CREDITED = re.compile(rb'id="figure-ad_orders"[^>]*>\s*([\d,]+)')


class Unseen(Exception):
    """The order did not show in time, or something was refused."""


@dataclass(frozen=True)
class Watched:
    """The shop that is looked at: what is bought there, and how its numbers are asked for."""

    variant: Variant
    page: Step
    api: Step


def run(stage: Stage) -> Result:
    at = stage.now()
    ads = filling.ads(filling.merchants(SHOPS + 1, at=at, time_zone="UTC"), campaigns=1, ads_each=SHELF, at=at)
    watched = _watched(stage, ads[0])
    people = [_clicked(ads[0], at) for _ in range(PROBES)]
    others = cycle(Variant.objects.exclude(merchant=ads[0].merchant).order_by("pk"))
    with stage.web() as site:
        site.drive([buying(variant) for variant in islice(others, 20)], people=PEOPLE)
        is_over = threading.Event()
        load = _loaded(site, others, is_over)
        try:
            delays = [_delay(site, watched, by, number) for number, by in enumerate(people, start=1)]
            yardstick = site.idle(PROBES, people=1).ms(99)
        finally:
            is_over.set()
            load.join()
    return Result(
        bench="freshness", value=percentile(delays, 99), unit="ms p99", higher_is_better=False,
        yardstick="an empty view under the same load, p99", yardstick_value=yardstick,
        sizes={"p50_ms": percentile(delays, 50), "probes": PROBES, "orders_per_second_beside": PER_SECOND},
    )  # fmt: skip


def _watched(stage: Stage, ad: Ad) -> Watched:
    shop: Merchant = ad.merchant
    client = owner(shop)
    _, secret = issue(merchant=shop, name="bench", rights=[Right.REPORTS_VIEW], by=User.objects.get(), at=stage.now())
    today = local_date(stage.now(), shop.time_zone)
    cookie = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
    page = f"{reverse('reports:cockpit', args=[shop.code])}?period=today"
    api = f"{reverse('reports:api_summary')}?from={today}&to={today}"
    return Watched(
        Variant.objects.get(product=ad.product), Step("GET", page, headers=cookie),
        Step("GET", api, headers={"Authorization": f"Bearer {secret}"}),
    )  # fmt: skip


def _clicked(ad: Ad, at) -> UUID:
    """Return a shopper who has clicked on the ad."""
    partitions.ensure_days([at.date()])
    shopper = uuid4()
    Event.objects.create(
        day=at.date(), token=uuid4(), kind="click", merchant=ad.merchant, campaign=ad.campaign, ad=ad,
        product=ad.product, placement="feed", position=1, shopper=shopper, bid=1, price=1, decided_at=at, at=at,
        received_at=at,
    )  # fmt: skip
    return shopper


def _loaded(site: Site, others, is_over: threading.Event) -> threading.Thread:
    """Let shoppers buy elsewhere until it is over."""

    def live() -> None:
        while not is_over.is_set():
            site.drive([buying(v) for v in islice(others, PER_SECOND)], people=PEOPLE, per_second=PER_SECOND)
        connection.close()

    thread = threading.Thread(target=live)
    thread.start()
    return thread


def _delay(site: Site, watched: Watched, by: UUID, number: int) -> float:
    """Let a shopper buy; return how many milliseconds after the payment both page and API tell of so many orders."""
    line = http.client.HTTPConnection(site.host, site.port, timeout=PATIENCE)
    placed, paying = buying(watched.variant, by=by)
    code = json.loads(_asked(line, placed))["code"]
    _asked(line, paying, code=code)
    paid = time.perf_counter()
    _await(line, watched.page, lambda content: _told(CREDITED, content), number)
    _await(line, watched.api, lambda content: json.loads(content)["ad_orders"], number)
    line.close()
    return 1000 * (time.perf_counter() - paid)


def _told(pattern: re.Pattern, content: bytes) -> int:
    found = pattern.search(content)
    return int(found[1].replace(b",", b"")) if found else -1


def _await(line: http.client.HTTPConnection, step: Step, told: Callable[[bytes], int], number: int) -> None:
    begun = time.perf_counter()
    while told(_asked(line, step)) < number:
        if time.perf_counter() - begun > PATIENCE:
            raise Unseen(step.path)


def _asked(line: http.client.HTTPConnection, step: Step, **blanks: Mapping) -> bytes:
    headers = {"Content-Type": "application/json", **step.headers}
    line.request(step.method, step.path.format(**blanks) if blanks else step.path, step.body or None, headers)
    answer = line.getresponse()
    content = answer.read()
    if not 200 <= answer.status < 300:
        raise Unseen(f"{step.path} {answer.status} {content[:200]!r}")
    return content
