"""Ad tokens: all that is known of a served ad, sealed into a short text that only we can read or make.

Encrypted, so that nobody learns bids and prices from a page, and then authenticated: a keyed BLAKE2b gives the key
stream of a token's own random id, and another the tag over id and cipher text.
"""

import hmac
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from .models import Placement, Pricing

PLACEMENTS = tuple(Placement.values)  # a token holds the numbers of its placement and pricing
PRICINGS = tuple(Pricing.values)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LAYOUT = struct.Struct(">16s 9q 2f q 4B")  # shopper, ids and amounts in ten-thousandths, odds, time, small numbers
ID, BODY, TAG = 16, LAYOUT.size, 16
NONE = 0
LENGTH = -(-(ID + BODY + TAG) * 4 // 3)
PADDING = "=" * (-LENGTH % 4)


class AdToken(NamedTuple):
    """A served ad: who saw what, where, when, and what a click may cost."""

    token: UUID
    shopper: UUID
    ad_id: int
    campaign_id: int
    merchant_id: int
    product_id: int
    bid: Decimal
    price: Decimal
    placement: str
    position: int
    decided_at: datetime
    group_id: int | None = None
    keyword_id: int | None = None
    term: int | None = None
    pricing: str = Pricing.CPC.value
    pctr: float = 0.0
    pcvr: float = 0.0
    is_explored: bool = False


def new_id() -> UUID:
    """Return a random token id."""
    return new_ids(1)[0]


def new_ids(count: int) -> list[UUID]:
    """Return random token ids, for which the system is asked once."""
    raw = os.urandom(ID * count)
    return [UUID(bytes=raw[at : at + ID]) for at in range(0, len(raw), ID)]


def seal(token: AdToken) -> str:
    """Return the text that stands for the token outside."""
    key, ident = _key(settings.SECRET_KEY), token.token.bytes
    content = ident + _xor(_body(token), _stream(ident, key))
    return _text(content + _tag(content, key))


def unseal(text: str) -> AdToken | None:
    """Return the token of a text, or None when it is not one of ours."""
    raw = _raw(text)
    if raw is None:
        return None
    key, ident = _key(settings.SECRET_KEY), raw[:ID]
    if not hmac.compare_digest(raw[-TAG:], _tag(raw[:-TAG], key)):
        return None
    return _parse(UUID(bytes=ident), _xor(raw[ID:-TAG], _stream(ident, key)))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw)[:LENGTH].decode()


def _raw(text: str) -> bytes | None:
    """Return what a text stands for, or None when no bytes of ours are written like that."""
    if len(text) != LENGTH or not text.isascii():
        return None
    try:
        raw = urlsafe_b64decode(text + PADDING)
    except ValueError:
        return None
    return raw if _text(raw) == text else None


def _body(token: AdToken) -> bytes:
    return LAYOUT.pack(
        token.shopper.bytes, token.ad_id, token.campaign_id, token.merchant_id, token.product_id,
        token.group_id or NONE, token.keyword_id or NONE, token.term or NONE, int(token.bid.scaleb(4)), int(token.price.scaleb(4)),
        token.pctr, token.pcvr, (token.decided_at - EPOCH) // MICROSECOND,
        PLACEMENTS.index(token.placement), token.position, PRICINGS.index(token.pricing), token.is_explored,
    )  # fmt: skip


def _parse(ident: UUID, body: bytes) -> AdToken:
    (
        shopper, ad, campaign, merchant, product, group, keyword, term, bid, price, pctr, pcvr, microseconds,
        placement, position, pricing, is_explored,
    ) = LAYOUT.unpack(body)  # fmt: skip
    return AdToken(
        ident, UUID(bytes=shopper), ad, campaign, merchant, product, Decimal(bid).scaleb(-4), Decimal(price).scaleb(-4),
        PLACEMENTS[placement], position, EPOCH + timedelta(microseconds=microseconds), group or None, keyword or None,
        term or None, PRICINGS[pricing], pctr, pcvr, bool(is_explored),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _key(secret: str) -> bytes:
    return secret.encode()[:64]


def _stream(ident: bytes, key: bytes) -> bytes:
    return blake2b(ident, key=key, person=b"ad-token-stream").digest()[:BODY]


def _tag(content: bytes, key: bytes) -> bytes:
    return blake2b(content, key=key, person=b"ad-token-tag", digest_size=TAG).digest()


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")
