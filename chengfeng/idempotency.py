"""Idempotent writes over HTTP: the same key gets the same answer, another body is refused, effects happen once."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db import transaction
from rest_framework.response import Response

from . import sql
from .http import Problem

HEADER = "Idempotency-Key"
BEGUN = 102  # the status of a resumable write that has no answer yet


class KeyReused(Problem):
    status_code = 422
    code = "idempotency_key_reused"
    title = "This idempotency key was used for another request"


class InFlight(Problem):
    status_code = 409
    code = "idempotency_in_flight"
    title = "The first request with this idempotency key is still running"


class KeyMissing(Problem):
    status_code = 400
    code = "idempotency_key_missing"
    title = f"This write needs an {HEADER} header of 1 to 80 characters"


def idempotent(view: Callable) -> Callable:
    """Make a DRF view method idempotent by the `Idempotency-Key` header.

    The view runs in one transaction with its stored answer, so it must call nothing outside. A view that raises
    leaves no trace: a refused write may be tried again with the same key. `view.principal(request)` names who writes.
    """

    @wraps(view)
    def guarded(self, request, *args, **kwargs):
        write = _asked(self, request)
        with transaction.atomic():
            if known := _known(write):
                return _repeat(known, write)
            response = view(self, request, *args, **kwargs)
            _keep(write | {"status": response.status_code, "body": _json(response.data)})
            return response

    return guarded


def resumable(view: Callable) -> Callable:
    """Make a DRF view method idempotent that asks somebody over the network, outside any transaction.

    `self.begin(request, …)` writes down what is to be done, in one transaction with the key, and returns its code (or
    other plain data). `self.ask(request, begun, …)` asks for it, and `view(self, request, told, …)` answers with what
    that returned, in one transaction with its stored answer. When the process died in between, the repeat asks again
    with the same code, which `ask` must bear.
    """

    @wraps(view)
    def guarded(self, request, *args, **kwargs):
        write = _asked(self, request)
        with _claimed(write) as known:
            if known and (known.status != BEGUN or known.fingerprint != write["fingerprint"]):
                return _repeat(known, write)
            begun = known.body if known else _begin(self, request, write, *args, **kwargs)
            told = self.ask(request, begun, *args, **kwargs)
            with transaction.atomic():
                response = view(self, request, told, *args, **kwargs)
                sql.run(ANSWER, write | {"status": response.status_code, "body": _json(response.data)})
                return response

    return guarded


def _begin(view, request, write: dict, *args, **kwargs):
    """Have the view write down what is to be done, and remember it with the key."""
    with transaction.atomic():
        begun = view.begin(request, *args, **kwargs)
        _keep(write | {"status": BEGUN, "body": _json(begun)})
        return json.loads(_json(begun))


def _keep(write: dict) -> None:
    """Write what stands under a key from now on; raises InFlight, which undoes all, where something does already."""
    if not sql.run(KEEP, write):
        raise InFlight  # another was at it, and had it done just before we came to hold the key


KEEP = """
INSERT INTO chengfeng_idempotentwrite (scope, key, fingerprint, status, body, created_at)
VALUES (%(scope)s, %(key)s, %(fingerprint)s, %(status)s, %(body)s, statement_timestamp())
ON CONFLICT (scope, key) DO NOTHING
"""
ANSWER = """
UPDATE chengfeng_idempotentwrite SET status = %(status)s, body = %(body)s WHERE scope = %(scope)s AND key = %(key)s
"""
FIND = """
SELECT fingerprint, status, body::text FROM chengfeng_idempotentwrite WHERE scope = %(scope)s AND key = %(key)s
"""


def _asked(view, request) -> dict:
    """Return scope, key, fingerprint and number of a write, as the statements take them; raises KeyMissing."""
    key = request.headers.get(HEADER, "")
    if not 1 <= len(key) <= 80:
        raise KeyMissing
    scope = f"{view.principal(request)}:{request.method}:{request.resolver_match.view_name}"
    number = _number(scope, key)
    return {"scope": scope, "key": key, "fingerprint": _fingerprint(request), "number": number}


@dataclass(frozen=True, slots=True)
class Known:
    """What stands under a key: its request's fingerprint, the answer's status, or BEGUN, and its body."""

    fingerprint: str
    status: int
    body: Any


def _read(fingerprint: str, status: int, body: str | None) -> Known:
    return Known(fingerprint, status, body and json.loads(body))


def _json(data) -> str:
    return json.dumps(data, default=str)


HOLD = f"""
SELECT {{}}(%(number)s), known.* FROM (VALUES (1)) AS once LEFT JOIN ({FIND}) AS known ON true
"""  # what is known may be older than the lock by a moment: what it does not show is found where the key is written
HOLD_HERE = HOLD.format("pg_try_advisory_xact_lock")
HOLD_ACROSS = HOLD.format("pg_try_advisory_lock")


def _known(write: dict) -> Known | None:
    """Return what stands under a key, or hold it for this transaction; raises InFlight while somebody else does.

    Nothing is written for a request until it has its answer: who is refused costs no row.
    """
    is_held, *found = sql.row(HOLD_HERE, write)
    if found[0]:
        return _read(*found)
    if not is_held:
        raise InFlight
    return None


@contextmanager
def _claimed(write: dict) -> Iterator[Known | None]:
    """Hold the key for the length of a block, across transactions; it is freed with the connection at the latest.

    Gives what stands under the key.
    """
    is_held, *found = sql.row(HOLD_ACROSS, write)
    if not is_held:
        raise InFlight
    try:
        yield _read(*found) if found[0] else None
    finally:
        sql.run("SELECT pg_advisory_unlock(%(number)s)", write)


def _number(scope: str, key: str) -> int:
    """Return the number by which PostgreSQL's advisory locks know the key."""
    digest = hashlib.blake2b(f"{scope}\0{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _fingerprint(request) -> str:
    content = json.dumps([request.path, request.data], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def _repeat(known: Known, write: dict) -> Response:
    if known.fingerprint != write["fingerprint"]:
        raise KeyReused
    return Response(known.body, status=known.status, headers={"Idempotency-Replayed": "true"})
