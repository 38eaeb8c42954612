"""Ad tokens: all that is known of a served ad, sealed into a short text that only we can read or make.

Encrypted, so that nobody learns shoppers, bids and prices from a page, and then authenticated: keyed BLAKE2b gives the
two halves of the key stream of a token's own random id, and the tag over id and cipher text.
"""

import hmac
import os
import struct
from base64 import urlsafe_b64encode
from binascii import a2b_base64
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.conf import settings

from .models import Placement, Pricing

PLACEMENTS = tuple(Placement.values)  # a token holds the numbers of its placement and pricing
PRICINGS = tuple(Pricing.values)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LAYOUT = struct.Struct(">16s 9q 2f q 4B")  # shopper, ids and amounts in ten-thousandths, odds, time, small numbers
ID, BODY, TAG = 16, LAYOUT.size, 16
START = 4  # bytes with which all ids of a process begin
RECORD = np.dtype(
    [
        ("token", "V16"), ("shopper", "V16"), ("ad", ">i8"), ("campaign", ">i8"), ("merchant", ">i8"),
        ("product", ">i8"), ("group", ">i8"), ("keyword", ">i8"), ("term", ">i8"), ("bid", ">i8"), ("price", ">i8"),
        ("pctr", ">f4"), ("pcvr", ">f4"), ("decided", ">i8"), ("placement", "u1"), ("position", "u1"),
        ("pricing", "u1"), ("is_explored", "?"),
    ]
)  # fmt: skip
NONE = 0
LENGTH = -(-(ID + BODY + TAG) * 4 // 3)
PADDING = b"=" * (-LENGTH % 4)
REST = (ID + BODY + TAG) % 3 or 3  # bytes in the last group of characters, which alone can be written in two ways
FROM_TEXT = bytes.maketrans(b"-_+/", b"+/!!")


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


class Origin:
    """How the ids of this process begin, so that its own events can be told from those of others."""

    def __init__(self):
        self.renew()

    def renew(self) -> None:
        self.start = os.urandom(START)


_origin = Origin()
os.register_at_fork(after_in_child=_origin.renew)


def new_id() -> UUID:
    """Return a token id."""
    return UUID(bytes=new_ids(1)[0])


def new_ids(count: int) -> list[bytes]:
    """Return token ids of 16 bytes, random but for how those of a process begin; the system is asked once."""
    size, start = ID - START, _origin.start
    raw = os.urandom(size * count)
    return [start + raw[at : at + size] for at in range(0, len(raw), size)]


def own_range() -> tuple[UUID, UUID]:
    """Return the least and the greatest id that this process can give."""
    start, size = _origin.start, ID - START
    return UUID(bytes=start + b"\0" * size), UUID(bytes=start + b"\xff" * size)


def seal(token: AdToken) -> str:
    """Return the text that stands for the token outside."""
    return seal_fields(
        token.token.bytes,
        token.shopper.bytes, token.ad_id, token.campaign_id, token.merchant_id, token.product_id,
        token.group_id or NONE, token.keyword_id or NONE, token.term or NONE,
        int(token.bid.scaleb(4)), int(token.price.scaleb(4)), token.pctr, token.pcvr, microseconds(token.decided_at),
        PLACEMENTS.index(token.placement), token.position, PRICINGS.index(token.pricing), token.is_explored,
    )  # fmt: skip


def seal_fields(ident: bytes, *fields) -> str:
    """Return the text of a token whose fields are given as `LAYOUT` packs them."""
    keys = _keys(settings.SECRET_KEY)
    content = ident + _xor(LAYOUT.pack(*fields), keys.stream(ident))
    return _text(content + keys.tag(content))


def microseconds(instant: datetime) -> int:
    """Return an instant as tokens carry it."""
    return (instant - EPOCH) // MICROSECOND


def unseal(text: str) -> AdToken | None:
    """Return the token of a text, or None when it is not one of ours."""
    plain = opened(text)
    return None if plain is None else parse(plain)


def opened(text: str) -> bytes | None:
    """Return id and body of a sealed token, a row of `RECORD`, or None when it is not one of ours."""
    raw = _raw(text)
    if raw is None:
        return None
    keys = _keys(settings.SECRET_KEY)
    if not hmac.compare_digest(raw[-TAG:], keys.tag(raw[:-TAG])):
        return None
    ident = raw[:ID]
    return ident + _xor(raw[ID:-TAG], keys.stream(ident))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw)[:LENGTH].decode()


def _raw(text: str) -> bytes | None:
    """Return what a text stands for, or None when no bytes of ours are written like that."""
    if len(text) != LENGTH or not text.isascii():
        return None
    try:
        raw = a2b_base64(text.encode().translate(FROM_TEXT) + PADDING, strict_mode=True)
    except ValueError:
        return None
    return raw if text.endswith(urlsafe_b64encode(raw[-REST:]).rstrip(b"=").decode()) else None


def parse(plain: bytes) -> AdToken:
    """Return the token whose id and body these are."""
    (
        shopper, ad, campaign, merchant, product, group, keyword, term, bid, price, pctr, pcvr, microseconds,
        placement, position, pricing, is_explored,
    ) = LAYOUT.unpack_from(plain, ID)  # fmt: skip
    return AdToken(
        UUID(bytes=plain[:ID]), UUID(bytes=shopper), ad, campaign, merchant, product, Decimal(bid).scaleb(-4),
        Decimal(price).scaleb(-4), PLACEMENTS[placement], position, EPOCH + timedelta(microseconds=microseconds),
        group or None, keyword or None, term or None, PRICINGS[pricing], pctr, pcvr, bool(is_explored),
    )  # fmt: skip


class _Keys:
    """Keyed hashes, set up once: copying one is cheaper than making it."""

    def __init__(self, secret: str):
        key = secret.encode()[:64]
        self._first = blake2b(key=key, person=b"ad-token-stream")
        self._second = blake2b(key=key, person=b"ad-token-second")
        self._tag = blake2b(key=key, person=b"ad-token-tag", digest_size=TAG)

    def stream(self, ident: bytes) -> bytes:
        return (_digest(self._first, ident) + _digest(self._second, ident))[:BODY]

    def tag(self, content: bytes) -> bytes:
        return _digest(self._tag, content)


@lru_cache(maxsize=1)
def _keys(secret: str) -> _Keys:
    return _Keys(secret)


def _digest(begun, content: bytes) -> bytes:
    own = begun.copy()
    own.update(content)
    return own.digest()


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")
