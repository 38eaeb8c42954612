"""Stripe as a provider: payment intents, captured at once or later, refunds, its hosted page and its webhooks.

Every request that moves money carries our reference twice: as idempotency key, which Stripe remembers for a day, and
in the metadata, by which it is found after that. Finding goes through lists, which are up to date at once; Stripe's
search lags behind. What is known under Stripe's own id is asked for by it.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

import stripe
from django.conf import settings

from . import Forged, Irrelevant, Notice, Outcome, Page, Refused, Unreachable, signing

logger = logging.getLogger(__name__)

SIGNATURE = "Stripe-Signature"
TIMEOUT = (3.05, 10)  # seconds to connect, and to answer
SKEW = timedelta(hours=1)  # by how much Stripe's clock may differ from ours
PAGE_OPEN_FOR = timedelta(minutes=31)  # Stripe's least is 30
ON_PAGE = "page"  # the intent belongs to a hosted page, where a shopper may try again

WHOLE = {  # amounts without decimals
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
}  # fmt: skip
FINE = {"BHD", "JOD", "KWD", "OMR", "TND"}  # amounts with three decimals

INTENTS = {
    "payment_intent.succeeded", "payment_intent.amount_capturable_updated", "payment_intent.payment_failed",
    "payment_intent.canceled",
}  # fmt: skip
REFUNDS = {"refund.created", "refund.updated", "refund.failed"}
PAGES = {"checkout.session.expired"}


def to_coins(amount: Decimal, currency: str) -> int:
    """Return an amount as Stripe counts it: 12.30 USD are 1230, 500 JPY are 500."""
    coins = amount.scaleb(_decimals(currency))
    if coins != coins.to_integral_value():
        raise ValueError(f"{amount} {currency} is finer than Stripe takes")
    return int(coins)


def from_coins(coins: int, currency: str) -> Decimal:
    return Decimal(coins).scaleb(-_decimals(currency))


def _decimals(currency: str) -> int:
    return 0 if currency in WHOLE else 3 if currency in FINE else 2


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> stripe.StripeClient:
    """Return a client that does not retry by itself: what had no answer is looked into by the reconciliation."""
    transport = stripe.RequestsClient(timeout=TIMEOUT)
    return stripe.StripeClient(key, base_addresses={"api": base}, http_client=transport, max_network_retries=0)


@contextmanager
def _answered() -> Iterator[None]:
    """Turn whatever leaves the outcome unknown into Unreachable; refusals are caught inside the block."""
    try:
        yield
    except stripe.APIConnectionError as error:
        raise Unreachable(str(error)) from error
    except stripe.StripeError as error:
        logger.error("Stripe gave no usable answer: %s", error)
        raise Unreachable(str(error)) from error


class Stripe:
    """Stripe, as the settings name it. A `source` is the id of one of its payment methods, `pm_…`."""

    def __init__(self) -> None:
        self.api = _client(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE).v1

    def charge(self, *, reference: str, amount: Decimal, currency: str, source: str, at: datetime) -> Outcome:
        return self._confirm(reference, amount=amount, currency=currency, source=source, capture="automatic")

    def authorise(self, *, reference: str, amount: Decimal, currency: str, source: str, at: datetime) -> Outcome:
        return self._confirm(reference, amount=amount, currency=currency, source=source, capture="manual")

    def _confirm(self, reference: str, *, amount: Decimal, currency: str, source: str, capture: str) -> Outcome:
        params = {
            "amount": to_coins(amount, currency), "currency": currency.lower(), "payment_method": source,
            "payment_method_types": ["card"], "capture_method": capture, "confirm": True,
            "metadata": {"reference": reference},
        }  # fmt: skip
        with _answered():
            try:
                return self._told(self.api.payment_intents.create(params, _once(reference)))
            except (stripe.CardError, stripe.InvalidRequestError) as error:
                return _refused(error)

    def capture(self, *, reference: str, authorisation: str, amount: Decimal, currency: str, at: datetime) -> Outcome:
        params = {"amount_to_capture": to_coins(amount, currency)}
        with _answered():
            intent = self.api.payment_intents.retrieve(authorisation)
            if intent.status != "requires_capture":
                return self._told(intent)
            try:
                intent = self.api.payment_intents.capture(authorisation, params, _once(f"{reference}:capture"))
            except stripe.InvalidRequestError:  # it was captured or cancelled just now, or has run out
                return self._told(self.api.payment_intents.retrieve(authorisation))
        return Outcome("succeeded", intent.id, amount=amount) if intent.status == "succeeded" else self._told(intent)

    def void(self, *, reference: str, authorisation: str, at: datetime) -> Outcome:
        with _answered():
            return self._told(self._cancelled(self.api.payment_intents.retrieve(authorisation)))

    def _cancelled(self, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
        """Cancel an intent, if it still can be; return it as it stands then."""
        if intent.status in ("succeeded", "canceled", "processing"):
            return intent
        try:
            return self.api.payment_intents.cancel(intent.id, {}, _once(f"{intent.id}:cancel"))
        except stripe.InvalidRequestError:
            return self.api.payment_intents.retrieve(intent.id)

    def _told(self, intent: stripe.PaymentIntent) -> Outcome:
        """Return what became of an intent; one that waits for the payer, whom we cannot send there, is cancelled."""
        outcome = _outcome(intent.to_dict())
        if intent.status in ("requires_action", "requires_confirmation") and outcome.state == "failed":
            after = self._cancelled(intent)
            return outcome if after.status == "canceled" else _outcome(after.to_dict())
        return outcome

    def refund(self, *, reference: str, charge: str, amount: Decimal, currency: str, at: datetime) -> Outcome:
        coins, metadata = to_coins(amount, currency), {"reference": reference}
        params = {"payment_intent": charge, "amount": coins, "metadata": metadata}
        with _answered():
            try:
                known = self._find_in(self.api.refunds, reference, {"payment_intent": charge})
                known = known or self.api.refunds.create(params, _once(reference))
            except stripe.InvalidRequestError as error:
                return _refused(error)
        return _outcome_of_refund(known.to_dict())

    def pay_out(
        self, *, reference: str, amount: Decimal, currency: str, account: Mapping[str, str], at: datetime
    ) -> Outcome:
        return Outcome("failed", failure="not_supported")  # Stripe pays only merchants who have an account with it

    def open_page(
        self, *, reference: str, amount: Decimal, currency: str, title: str, return_to: str, at: datetime
    ) -> Page:
        """Open Stripe's page for a payment that was written at `at`; the shopper comes back to `return_to`."""
        price = {
            "currency": currency.lower(), "unit_amount": to_coins(amount, currency), "product_data": {"name": title}
        }  # fmt: skip
        marks = {"reference": reference, "via": ON_PAGE}
        params = {
            "mode": "payment", "line_items": [{"quantity": 1, "price_data": price}], "payment_method_types": ["card"],
            "client_reference_id": reference, "metadata": marks, "payment_intent_data": {"metadata": marks},
            "success_url": return_to, "cancel_url": return_to, "expires_at": int((at + PAGE_OPEN_FOR).timestamp()),
        }  # fmt: skip
        with _answered():
            try:
                session = self.api.checkout.sessions.create(params, _once(f"{reference}:page"))
            except stripe.InvalidRequestError as error:
                raise Refused(str(error)) from error
        return Page(session.url, session.id)

    def is_page(self, known: str) -> bool:
        return known.startswith("cs_")

    def page(self, known: str) -> str:
        """Return the address of a page that is still open, or nothing."""
        with _answered():
            return self.api.checkout.sessions.retrieve(known).url or ""

    def close_page(self, known: str) -> Outcome:
        """Close a page, so that nobody pays on it any more, and return what became of its payment."""
        with _answered():
            try:
                return self._of_session(self.api.checkout.sessions.expire(known))
            except stripe.InvalidRequestError:  # it is complete, or has expired by itself
                return self._of_session(self.api.checkout.sessions.retrieve(known))

    def _of_session(self, session: stripe.checkout.Session) -> Outcome:
        if session.status == "expired":
            return Outcome("failed", failure="expired")
        if session.status == "complete" and session.payment_intent:
            return _outcome(self.api.payment_intents.retrieve(session.payment_intent).to_dict())
        return Outcome("pending", session.id)

    def find(self, reference: str, *, known: str = "", since: datetime | None = None) -> Outcome:
        with _answered():
            if self.is_page(known):
                return self._of_session(self.api.checkout.sessions.retrieve(known))
            if known:
                return self._told(self.api.payment_intents.retrieve(known))
            window = {"created": {"gte": int((since - SKEW).timestamp())}} if since else {}
            intent = self._find_in(self.api.payment_intents, reference, window)
            return self._told(intent) if intent else Outcome("failed", failure="unknown")

    @staticmethod
    def _find_in(service, reference: str, params: dict):
        """Return the newest object of a service that carries our reference, or None."""
        found = service.list({"limit": 100, **params}).auto_paging_iter()
        return next((one for one in found if _reference(one.to_dict()) == reference), None)

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        _verify(body, headers.get(SIGNATURE, ""), at=at)
        try:
            return _read(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Forged(f"the message is not readable: {error}") from error


def _once(key: str) -> stripe.RequestOptions:
    return {"idempotency_key": key}


def _refused(error: stripe.StripeError) -> Outcome:
    """Return the refusal of a card (the bank's reason, if Stripe knows it) or of a request."""
    detail = getattr(error, "error", None)
    reason = getattr(detail, "decline_code", None) or error.code or "invalid_request"
    return Outcome("failed", failure=reason)


def _reference(thing: dict) -> str:
    return (thing.get("metadata") or {}).get("reference", "")


def _outcome(intent: dict) -> Outcome:
    """Return what an intent's status means; where it does not say how much came, all that was asked for did."""
    currency, key = intent["currency"].upper(), intent["id"]
    match intent["status"]:
        case "succeeded":
            came = intent.get("amount_received")
            return Outcome("succeeded", key, amount=None if came is None else from_coins(came, currency))
        case "requires_capture":
            return Outcome("authorised", key, amount=from_coins(intent["amount"], currency))
        case "canceled":
            return Outcome("voided", key, failure="cancelled")
        case "processing":
            return Outcome("pending", key)
    if (intent.get("metadata") or {}).get("via") == ON_PAGE:
        return Outcome("pending")  # the shopper may still try another card
    error = intent.get("last_payment_error") or {}
    return Outcome("failed", failure=error.get("decline_code") or error.get("code") or "authentication_required")


def _outcome_of_refund(refund: dict) -> Outcome:
    if refund["status"] == "succeeded":
        amount = from_coins(refund["amount"], refund["currency"].upper())
        return Outcome("succeeded", refund["id"], amount=amount)
    if refund["status"] in ("failed", "canceled"):
        return Outcome("failed", refund["id"], failure=refund.get("failure_reason") or refund["status"])
    return Outcome("pending", refund["id"])


def _verify(body: bytes, header: str, *, at: datetime) -> None:
    """Raise Forged unless one of our secrets signed the body within five minutes of `at`."""
    if not header.isascii() or not any(_signed(body, header, secret) for secret in settings.STRIPE_WEBHOOK_SECRETS):
        raise Forged(f"{SIGNATURE} is not Stripe's")
    timestamp = next(part[2:] for part in header.split(",") if part.startswith("t="))
    if abs(at.timestamp() - int(timestamp)) > signing.TOLERANCE.total_seconds():
        raise Forged("the message was signed more than five minutes away")


def _signed(body: bytes, header: str, secret: str) -> bool:
    try:
        return stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
    except (stripe.SignatureVerificationError, ValueError):
        return False


def _read(event: dict) -> Notice:
    """Return the notice in an event; raises Irrelevant, or whatever an event of another shape makes Python raise."""
    kind, told = event["type"], event["data"]["object"]
    reference = _reference(told)
    if kind not in READERS or not reference:
        raise Irrelevant(kind)
    outcome, currency = READERS[kind](told), told["currency"].upper()
    amount = outcome.amount
    if amount is None:
        amount = from_coins(told["amount_total" if kind in PAGES else "amount"], currency)
    return Notice(event["id"], reference, amount, currency, outcome, event)


def _expired(session: dict) -> Outcome:
    return Outcome("failed", failure="expired")


READERS = dict.fromkeys(INTENTS, _outcome) | dict.fromkeys(REFUNDS, _outcome_of_refund) | dict.fromkeys(PAGES, _expired)
