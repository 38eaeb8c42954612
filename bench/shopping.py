"""What shoppers send: a checkout of one line, and its payment."""

import json
from uuid import uuid4

from shops import shopper
from shops.models import Variant

from .load import Journey, Step

CONTACT = {"email": "sam@example.org", "recipient": "Sam Shopper", "city": "Shanghai", "street": "Main Street 1"}


def buying(variant: Variant) -> Journey:
    """Return the journey of a new shopper who buys and pays one unit."""
    headers = {"X-Shopper": shopper.seal(uuid4()), "Idempotency-Key": uuid4().hex}
    wanted = {"lines": [{"variant": variant.code, "quantity": 1}], **CONTACT}
    payment = {"provider": "sandbox", "source": "approve", "method": "credit_card"}
    return [
        Step("POST", "/api/v1/checkouts", json.dumps(wanted), headers),
        Step("POST", "/api/v1/checkouts/{code}/payments", json.dumps(payment), headers),
    ]
