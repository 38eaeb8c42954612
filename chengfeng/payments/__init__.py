"""Payment providers: the one shape that money from outside comes in, and the providers the settings name.

A provider is asked over a network: never call one inside a transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

State = Literal["succeeded", "authorised", "voided", "failed", "pending"]


class Unreachable(Exception):
    """The provider did not answer: what became of the request is unknown until `find` tells."""


class UnknownProvider(Exception):
    """The settings name no provider of that name."""


class Refused(Exception):
    """The provider will not do this, whatever the payer does."""


class Forged(Exception):
    """A webhook message is not the provider's, or too old, or not readable."""


class Irrelevant(Exception):
    """A webhook message is the provider's, and about nothing that we follow."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request; `failure` is a short reason code when it failed, `amount` what moved or may move.

    Where `amount` is None, all that was asked for did.
    """

    state: State
    provider_reference: str = ""
    failure: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A provider's verified message: `reference` is our code of the payment, refund, top-up or payout it speaks of."""

    message_id: str
    reference: str
    amount: Decimal
    currency: str
    outcome: Outcome
    payload: dict = field(compare=False)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the provider's own on which a shopper pays: its address, and what the provider calls it."""

    address: str
    known: str


class Provider(Protocol):
    """What every payment provider can do. Asking again under the same reference has no new effect.

    Every method but `parse_webhook` raises Unreachable when no answer came.
    """

    def charge(self, *, reference: str, amount: Decimal, currency: str, source: str, at: datetime) -> Outcome:
        """Take money from a source."""

    def authorise(self, *, reference: str, amount: Decimal, currency: str, source: str, at: datetime) -> Outcome:
        """Have money of a source set aside, to be captured or voided later."""

    def capture(self, *, reference: str, authorisation: str, amount: Decimal, currency: str, at: datetime) -> Outcome:
        """Take at most what was authorised, once; what is left of it is the payer's again.

        `reference` is our code of the payment, `authorisation` what the provider calls it.
        """

    def void(self, *, reference: str, authorisation: str, at: datetime) -> Outcome:
        """Give up an authorisation; one that was captured meanwhile has succeeded."""

    def refund(self, *, reference: str, charge: str, amount: Decimal, currency: str, at: datetime) -> Outcome:
        """Give back money of the charge that the provider calls `charge`."""

    def pay_out(
        self, *, reference: str, amount: Decimal, currency: str, account: Mapping[str, str], at: datetime
    ) -> Outcome:
        """Send money to a bank account."""

    def find(self, reference: str, *, known: str = "", since: datetime | None = None) -> Outcome:
        """Return what became of what we call `reference`, and the provider `known`, if it has told already.

        It was asked for at `since` or later. One that never arrived has failed, with the failure "unknown".
        """

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        """Verify a message as received at `at`; raises Forged, or Irrelevant."""


class PagedProvider(Provider, Protocol):
    """A provider that takes payments on a page of its own as well."""

    def open_page(
        self, *, reference: str, amount: Decimal, currency: str, title: str, return_to: str, at: datetime
    ) -> Page:
        """Open a page for a payment that was written at `at`; the shopper comes back to the address `return_to`.

        Raises Refused.
        """

    def is_page(self, known: str) -> bool:
        """Whether what the provider calls so is a page."""

    def page(self, known: str) -> str:
        """Return the address of a page that is still open, or nothing."""

    def close_page(self, known: str) -> Outcome:
        """Close a page, so that nobody pays on it any more, and return what became of its payment."""


def provider(name: str) -> Provider:
    """Return the provider of that name; raises UnknownProvider."""
    try:
        return import_string(settings.PAYMENT_PROVIDERS[name])()
    except KeyError:
        raise UnknownProvider(name) from None
