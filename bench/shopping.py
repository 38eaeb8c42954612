"""What shoppers send: a checkout of one line and its payment, or a checkout of several lines."""

import json
from collections.abc import Iterable
from uuid import UUID, uuid4

from shops import shopper
from shops.models import Variant

from .load import Journey, Step

CONTACT = {"email": "sam@example.org", "recipient": "Sam Shopper", "city": "Shanghai", "street": "Main Street 1"}


def buying(variant: Variant, *, by: UUID | None = None) -> Journey:
    """Return the journey of a shopper, a new one unless it is said who, who buys and pays one unit."""
    (placed,) = ordering([variant], by=by)
    payment = {"provider": "sandbox", "source": "approve", "method": "credit_card"}
    return [placed, Step("POST", "/api/v1/checkouts/{code}/payments", json.dumps(payment), placed.headers)]


def ordering(variants: Iterable[Variant], *, by: UUID | None = None) -> Journey:
    """Return the journey of a shopper, a new one unless it is said who, who orders one unit each, in that order."""
    headers = {"X-Shopper": shopper.seal(by or uuid4()), "Idempotency-Key": uuid4().hex}
    wanted = {"lines": [{"variant": variant.code, "quantity": 1} for variant in variants], **CONTACT}
    return [Step("POST", "/api/v1/checkouts", json.dumps(wanted), headers)]
