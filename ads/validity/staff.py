"""Devices known to be of shops' people: theirs by a log-in, whatever they do logged out."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import numpy as np

from chengfeng import sql

from .. import arrays
from .reasons import Reason
from .visitor import Visitor


def employers_of(shoppers: np.ndarray) -> Mapping[bytes, frozenset[int]]:
    """Return the merchants for which the people of those devices (16 bytes each) work; others are left out."""
    found: dict[bytes, set[int]] = defaultdict(set)
    for shopper, merchant in arrays.rows(EMPLOYERS, {"shoppers": arrays.Array(shoppers, arrays.UUID)}):
        found[shopper.bytes].add(merchant)
    return {shopper: frozenset(merchants) for shopper, merchants in found.items()}


EMPLOYERS = """
SELECT d.shopper, m.merchant_id FROM shops_device d
JOIN shops_membership m ON m.user_id = d.user_id AND m.revoked_at IS NULL
WHERE d.shopper = ANY(%(shoppers)s)
"""


def verdict(merchant: int, employers: frozenset[int]) -> str:
    """Return why a merchant's ads do not count with people who work for those merchants, or an empty text."""
    if not employers:
        return ""
    return Reason.STAFF if merchant in employers else Reason.COMPETITOR


def remember(visitor: Visitor, *, at: datetime) -> None:
    """Keep the device of somebody who works for a shop and is logged in."""
    if visitor.shopper and visitor.employers:
        sql.run(REMEMBER, {"user": visitor.user.pk, "shopper": visitor.shopper, "at": at})


REMEMBER = """
INSERT INTO shops_device (user_id, shopper, first_at) VALUES (%(user)s, %(shopper)s, %(at)s)
ON CONFLICT (shopper, user_id) DO NOTHING
"""
