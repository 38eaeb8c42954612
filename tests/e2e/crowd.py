"""Shoppers and merchants' programs that keep on through every failure and remember what was acknowledged."""

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

PATIENCE = 60.0
LONG_ENOUGH = 0.35  # a faster click is taken for a robot's
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
SOURCES = ("approve", "twice", "webhook_first")
CONTACT = {"email": "sam@example.org", "recipient": "Sam", "street": "1 Long Road", "city": "Hangzhou"}


class Unexpected(Exception):
    """An answer that no failure of the site excuses."""


class Client:
    """One program's connection; a call is tried again, with the same key, until the site has answered it."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self.port, self.headers = port, {"User-Agent": AGENT, "Content-Type": "application/json", **headers}
        self.connection: http.client.HTTPConnection | None = None

    def call(self, method: str, path: str, body: Any = None) -> dict:
        """Return the answer to a call; raises Unexpected for a refusal, and when the site stays away too long."""
        headers = self.headers | {"Idempotency-Key": uuid.uuid4().hex}
        content = None if body is None else json.dumps(body)
        deadline = time.monotonic() + PATIENCE
        while True:
            status, answer = self._once(method, f"/api/v1/{path}", content, headers)
            if status in (200, 201):
                return json.loads(answer)
            is_passing = status >= 500 or (status == 409 and b"idempotency_in_flight" in answer)
            if not is_passing or time.monotonic() > deadline:
                raise Unexpected(f"{method} {path} → {status} {answer[:300]!r}")
            time.sleep(0.1)

    def _once(self, method: str, path: str, content: str | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        try:
            self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            self.connection.request(method, path, content, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            return 599, repr(error).encode()


class Crowd:
    """Threads that buy, click, refund and top up until they are told to stop; `errors` ought to stay empty."""

    def __init__(self, port: int, world: Mapping[str, Any], *, shoppers: int = 4) -> None:
        self.port, self.world = port, world
        self.acknowledged: dict[str, list[str]] = {
            name: [] for name in ("checkout", "payment", "refund", "top_up", "impression", "click")
        }
        self.statuses: Counter[str] = Counter()
        self.errors: list[str] = []
        self._ended = threading.Event()
        walks = [self.shop] * shoppers + [self.top_up]
        self.threads = [threading.Thread(target=self._keep_on, args=[walk], daemon=True) for walk in walks]

    def __enter__(self) -> "Crowd":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        for thread in self.threads:
            thread.join(2 * PATIENCE)

    @property
    def payments(self) -> int:
        return len(self.acknowledged["payment"])

    def shop(self, turn: int) -> None:
        """One shopper: sees an ad, clicks it, buys, pays; every third one gets the money back."""
        sealed = Client(self.port, {}).call("POST", "shoppers")["shopper"]
        shopper = Client(self.port, {"X-Shopper": sealed})
        self.see_an_ad(shopper)
        variant = self.world["variants"][turn % 3]
        wanted = {"lines": [{"variant": variant, "quantity": 1 + turn % 2}], **CONTACT}
        checkout = shopper.call("POST", "checkouts", wanted)
        self.acknowledged["checkout"].append(checkout["code"])
        paid = shopper.call("POST", f"checkouts/{checkout['code']}/payments", {"source": SOURCES[turn % 3]})
        assert paid["state"] == "captured", paid
        self.acknowledged["payment"].append(paid["code"])
        if turn % 3 == 0:
            self.refund(checkout["orders"][0]["code"])

    def see_an_ad(self, shopper: Client) -> None:
        served = shopper.call("POST", "decisions", {"placement": "feed", "slots": 1})["ads"]
        events = [{"token": ad["token"], "kind": kind} for ad in served for kind in ("impression", "click")]
        if not events:
            self.statuses["no ad"] += 1
            return
        time.sleep(LONG_ENOUGH)
        results = shopper.call("POST", "events", {"events": events})["results"]
        for event, result in zip(events, results, strict=True):
            self.statuses[result["status"]] += 1
            if result["status"] != "rejected":
                self.acknowledged[event["kind"]].append(event["token"])

    def refund(self, order: str) -> None:
        merchant = self.merchant()
        lines = merchant.call("GET", f"orders/{order}")["lines"]
        wanted = {"lines": [{"line": lines[0]["code"], "quantity": 1}], "reason": "changed my mind"}
        refunds = merchant.call("POST", f"orders/{order}/refunds", wanted)["refunds"]
        assert [refund["state"] for refund in refunds] == ["done"], refunds
        self.acknowledged["refund"] += [refund["code"] for refund in refunds]

    def top_up(self, turn: int) -> None:
        wanted = {"amount": f"{10 + turn % 90}.00", "source": "approve"}
        made = self.merchant().call("POST", "wallet/top-ups", wanted)
        assert made["state"] == "done", made
        self.acknowledged["top_up"].append(made["code"])
        time.sleep(0.1)

    def merchant(self) -> Client:
        return Client(self.port, {"Authorization": f"Bearer {self.world['token']}"})

    def _keep_on(self, walk) -> None:
        turn = 0
        while not self._ended.is_set():
            try:
                walk(turn)
            except Exception as error:
                self.errors.append(f"{walk.__name__}: {error!r}")
            turn += 1
