"""Idempotent writes over HTTP: the same key gets the same answer, another body is refused, effects happen once."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from django.db import connection, transaction
from rest_framework.response import Response

from .http import Problem
from .models import IdempotentWrite

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
        scope, key = _name(self, request)
        with transaction.atomic():
            claimed = _claim(scope, key, _fingerprint(request))
            if claimed is None:
                return _repeat(_known(scope, key), _fingerprint(request))
            response = view(self, request, *args, **kwargs)
            IdempotentWrite.objects.filter(pk=claimed).update(status=response.status_code, body=_plain(response.data))
            return response

    return guarded


def resumable(view: Callable) -> Callable:
    """Make a DRF view method idempotent that asks somebody over the network, outside any transaction.

    `self.begin(request, …)` writes down what is to be done, in one transaction with the key, and returns its code (or
    other plain data); `view(self, request, begun, …)` then does it. When the process died in between, the repeat
    calls the view again with the same code, which it must bear.
    """

    @wraps(view)
    def guarded(self, request, *args, **kwargs):
        scope, key = _name(self, request)
        with _claimed(scope, key):
            known = IdempotentWrite.objects.filter(scope=scope, key=key).first()
            if known and (known.status != BEGUN or known.fingerprint != _fingerprint(request)):
                return _repeat(known, _fingerprint(request))
            known = known or _begin(self, request, scope, key, *args, **kwargs)
            response = view(self, request, known.body, *args, **kwargs)
            known.status, known.body = response.status_code, _plain(response.data)
            known.save(update_fields=["status", "body"])
            return response

    return guarded


def _begin(view, request, scope: str, key: str, *args, **kwargs) -> IdempotentWrite:
    with transaction.atomic():
        begun = _plain(view.begin(request, *args, **kwargs))
        return IdempotentWrite.objects.create(
            scope=scope, key=key, fingerprint=_fingerprint(request), status=BEGUN, body=begun
        )


def _name(view, request) -> tuple[str, str]:
    """Return the scope and key of a write; raises KeyMissing."""
    key = request.headers.get(HEADER, "")
    if not 1 <= len(key) <= 80:
        raise KeyMissing
    return f"{view.principal(request)}:{request.method}:{request.resolver_match.view_name}", key


def _plain(data):
    return json.loads(json.dumps(data, default=str))


CLAIM = """
INSERT INTO chengfeng_idempotentwrite (scope, key, fingerprint, status, created_at)
SELECT %(scope)s, %(key)s, %(fingerprint)s, %(status)s, now() WHERE pg_try_advisory_xact_lock(%(number)s)
ON CONFLICT (scope, key) DO NOTHING RETURNING id
"""


def _claim(scope: str, key: str, fingerprint: str) -> int | None:
    """Take a fresh key until the transaction ends; None when it was used before or somebody else holds it.

    Nobody waits here for another's row to be committed: only who holds the lock comes to insert.
    """
    params = {"scope": scope, "key": key, "fingerprint": fingerprint, "status": BEGUN, "number": _number(scope, key)}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, params)
        row = cursor.fetchone()
        return row and row[0]


def _known(scope: str, key: str) -> IdempotentWrite:
    """Return the write of a key that could not be claimed; raises InFlight while it has no answer."""
    known = IdempotentWrite.objects.filter(scope=scope, key=key).first()
    if known is None:
        raise InFlight
    return known


@contextmanager
def _claimed(scope: str, key: str) -> Iterator[None]:
    """Hold the key for the length of a block, across transactions; it is freed with the connection at the latest."""
    if not _ask("pg_try_advisory_lock", scope, key):
        raise InFlight
    try:
        yield
    finally:
        _ask("pg_advisory_unlock", scope, key)


def _ask(function: str, scope: str, key: str) -> bool:
    """Call one of PostgreSQL's advisory lock functions on the key."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_number(scope, key)])
        return cursor.fetchone()[0]


def _number(scope: str, key: str) -> int:
    """Return the number by which PostgreSQL's advisory locks know the key."""
    digest = hashlib.blake2b(f"{scope}\0{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _fingerprint(request) -> str:
    content = json.dumps([request.path, request.data], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def _repeat(known: IdempotentWrite, fingerprint: str) -> Response:
    if known.fingerprint != fingerprint:
        raise KeyReused
    return Response(known.body, status=known.status, headers={"Idempotency-Replayed": "true"})
