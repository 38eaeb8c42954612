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

State = Literal["succeeded", "failed", "pending"]


class Unreachable(Exception):
    """The provider did not answer: what became of the request is unknown until `find` tells."""


class UnknownProvider(Exception):
    """The settings name no provider of that name."""


class Forged(Exception):
    """A webhook message is not the provider's, or too old, or not readable."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a charge or refund; `failure` is a short reason code when it failed."""

    state: State
    provider_reference: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A provider's verified message: `reference` is our code of the payment, refund or top-up it speaks of."""

    message_id: str
    reference: str
    amount: Decimal
    currency: str
    outcome: Outcome
    payload: dict = field(compare=False)


class Provider(Protocol):
    """What every payment provider can do. Charging or refunding again under the same reference has no new effect."""

    def charge(self, *, reference: str, amount: Decimal, currency: str, source: str, at: datetime) -> Outcome:
        """Take money from a source; raises Unreachable when no answer came."""

    def refund(self, *, reference: str, charge: str, amount: Decimal, currency: str, at: datetime) -> Outcome:
        """Give back money of the charge that the provider calls `charge`; raises Unreachable."""

    def find(self, reference: str) -> Outcome:
        """Return what became of the charge or refund that we call `reference`; raises Unreachable.

        One that never arrived has failed, with the failure "unknown".
        """

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        """Verify a message as received at `at`; raises Forged."""


def provider(name: str) -> Provider:
    """Return the provider of that name; raises UnknownProvider."""
    try:
        return import_string(settings.PAYMENT_PROVIDERS[name])()
    except KeyError:
        raise UnknownProvider(name) from None
