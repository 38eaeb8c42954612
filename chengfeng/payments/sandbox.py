"""The sandbox provider: keeps books of its own and behaves, well or badly, as the payment source says."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from threading import Thread
from urllib.request import Request, urlopen

from django.conf import settings
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from .. import clock, sql
from ..codes import new_code
from ..models import SandboxCharge
from ..money import ZERO
from . import Forged, Notice, Outcome, Unreachable, signing

logger = logging.getLogger(__name__)

State = SandboxCharge.State
SUCCEEDED, FAILED, AUTHORISED, VOIDED = State.SUCCEEDED, State.FAILED, State.AUTHORISED, State.VOIDED
SOURCES = ("approve", "decline", "hang", "twice", "webhook_first")
BOUNCES, HANGS = "0002", "0004"  # ends of the numbers of bank accounts that do not take money, or not at once
PATH = "/payments/webhooks/sandbox/"
TIMEOUT = 5.0
PAUSE = 0.2

Post = Callable[[bytes, Mapping[str, str]], None]


def post(body: bytes, headers: Mapping[str, str]) -> None:
    """Send a message to ourselves by HTTP, as a provider on the other side of the world would; once."""
    request = Request(f"{settings.BASE_URL}{PATH}", data=body, headers=dict(headers), method="POST")
    try:
        with urlopen(request, timeout=TIMEOUT):
            pass
    except OSError as error:
        logger.info("the sandbox's webhook was not taken: %s", error)


def soon(call: Callable[[], None]) -> None:
    """Run a call beside us, after the answer has had time to arrive."""
    Thread(target=lambda: (time.sleep(PAUSE), call()), daemon=True).start()


class Sandbox:
    """A provider without money. Sources: approve, decline, hang, twice, webhook_first; any other is declined.

    A payout to an account whose `number` ends with BOUNCES comes back, one that ends with HANGS gets no answer.
    """

    def __init__(self, *, post: Post | None = None, later: Callable[[Callable[[], None]], None] | None = None):
        self.post = post or globals()["post"]
        self.later = later or soon

    def charge(self, *, reference: str, amount: Decimal, currency: str, source: str, at: datetime) -> Outcome:
        return self._take(SUCCEEDED, reference, amount=amount, currency=currency, source=source, at=at)

    def authorise(self, *, reference: str, amount: Decimal, currency: str, source: str, at: datetime) -> Outcome:
        return self._take(AUTHORISED, reference, amount=amount, currency=currency, source=source, at=at)

    def _take(
        self, granted: State, reference: str, *, amount: Decimal, currency: str, source: str, at: datetime
    ) -> Outcome:
        state = granted if source in SOURCES and source != "decline" else FAILED
        charge = _book(reference, amount=amount, currency=currency, behaviour=source[:20], state=state, created_at=at)
        if source == "hang":
            raise Unreachable(f"no answer about {reference}")
        send = partial(self.post, *self.message(charge, at=at))
        if source == "webhook_first":
            send()
        if source == "twice":
            self.later(lambda: (send(), send()))
        return _outcome(charge)

    def capture(self, *, reference: str, authorisation: str, amount: Decimal, currency: str, at: datetime) -> Outcome:
        waiting = SandboxCharge.objects.filter(client_reference=reference, reference=authorisation, state=AUTHORISED)
        waiting.filter(amount__gte=amount, currency=currency).update(state=SUCCEEDED, amount=amount)
        return self.find(reference)

    def void(self, *, reference: str, authorisation: str, at: datetime) -> Outcome:
        waiting = SandboxCharge.objects.filter(client_reference=reference, reference=authorisation, state=AUTHORISED)
        waiting.update(state=VOIDED)
        return self.find(reference)

    def refund(self, *, reference: str, charge: str, amount: Decimal, currency: str, at: datetime) -> Outcome:
        original = SandboxCharge.objects.filter(reference=charge, currency=currency, state=SUCCEEDED).first()
        if original is None:
            return Outcome("failed", failure="unknown_charge")
        given = original.refunds.filter(~Q(client_reference=reference), state=SUCCEEDED)
        left = original.amount - given.aggregate(sum=Coalesce(Sum("amount"), ZERO))["sum"]
        state = SUCCEEDED if amount <= left else FAILED
        return _outcome(
            _book(
                reference, refund_of=original, amount=amount, currency=currency, behaviour="refund", state=state,
                created_at=at,
            )
        )  # fmt: skip

    def pay_out(
        self, *, reference: str, amount: Decimal, currency: str, account: Mapping[str, str], at: datetime
    ) -> Outcome:
        number = account.get("number", "")
        state, behaviour = (FAILED, "bounce") if number.endswith(BOUNCES) else (SUCCEEDED, "payout")
        sent = _book(reference, amount=amount, currency=currency, behaviour=behaviour, state=state, created_at=at)
        if number.endswith(HANGS):
            raise Unreachable(f"no answer about {reference}")
        return _outcome(sent)

    def find(self, reference: str, *, known: str = "", since: datetime | None = None) -> Outcome:
        charge = SandboxCharge.objects.filter(client_reference=reference).first()
        return _outcome(charge) if charge else Outcome("failed", failure="unknown")

    def message(self, charge: SandboxCharge, *, at: datetime) -> tuple[bytes, dict[str, str]]:
        """Return body and headers of the webhook message that tells what became of a charge."""
        told = {
            "id": new_code("msg"),
            "reference": charge.client_reference,
            "provider_reference": charge.reference,
            "state": charge.state,
            "amount": str(charge.amount),
            "currency": charge.currency,
        }
        body = json.dumps(told).encode()
        headers = signing.sign(body, secret=settings.SANDBOX_WEBHOOK_SECRETS[0], at=at)
        simulated = {clock.HEADER: clock.stamp(at)} if settings.SIMULATION else {}
        return body, {"Content-Type": "application/json", **headers, **simulated}

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        signing.verify(body, headers, secrets=settings.SANDBOX_WEBHOOK_SECRETS, at=at)
        try:
            return _read(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
            raise Forged(f"the message is not readable: {error}") from error


def _read(told: dict) -> Notice:
    """Return the notice in a message; raises whatever a message of another shape makes Python raise."""
    texts = [told[name] for name in ("id", "reference", "provider_reference", "currency", "state")]
    if not all(isinstance(text, str) and 0 < len(text) <= 80 for text in texts):
        raise ValueError("a text is missing or too long")
    message_id, reference, provider_reference, currency, state = texts
    amount = Decimal(told["amount"])
    outcome = Outcome(State(state).value, provider_reference, "declined" if state == FAILED else "", amount)
    return Notice(message_id, reference, amount, currency, outcome, told)


BOOK = """
INSERT INTO chengfeng_sandboxcharge AS b
    (reference, client_reference, refund_of_id, amount, currency, behaviour, state, created_at)
VALUES (%(code)s, %(reference)s, %(refund_of)s, %(amount)s, %(currency)s, %(behaviour)s, %(state)s, %(created_at)s)
ON CONFLICT (client_reference) DO UPDATE SET client_reference = b.client_reference RETURNING *
"""


def _book(reference: str, *, refund_of: SandboxCharge | None = None, **fields) -> SandboxCharge:
    """Write a charge or refund into the sandbox's books once, and return what stands there."""
    params = {"code": new_code("sbx"), "reference": reference, "refund_of": refund_of and refund_of.pk, **fields}
    return sql.instances(SandboxCharge, BOOK, params)[0]


def _outcome(charge: SandboxCharge) -> Outcome:
    failures = {"bounce": "bounced"}
    failure = failures.get(charge.behaviour, "declined") if charge.state == FAILED else ""
    return Outcome(State(charge.state).value, charge.reference, failure, charge.amount)
