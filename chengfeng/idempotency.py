"""Idempotent writes over HTTP: the same key gets the same answer, another body is refused, effects happen once."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps

from django.db import connection, transaction
from rest_framework.response import Response

from .http import Problem
from .models import IdempotentWrite

HEADER = "Idempotency-Key"


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
        key = request.headers.get(HEADER, "")
        if not 1 <= len(key) <= 80:
            raise KeyMissing
        scope = f"{self.principal(request)}:{request.method}:{request.resolver_match.view_name}"
        with transaction.atomic():
            _lock(scope, key)
            known = IdempotentWrite.objects.filter(scope=scope, key=key).first()
            if known:
                return _repeat(known, _fingerprint(request))
            response = view(self, request, *args, **kwargs)
            body = json.loads(json.dumps(response.data, default=str))
            IdempotentWrite.objects.create(
                scope=scope, key=key, fingerprint=_fingerprint(request), status=response.status_code, body=body
            )
            return response

    return guarded


def _lock(scope: str, key: str) -> None:
    """Hold the key until the transaction ends; raises InFlight when somebody else holds it."""
    digest = hashlib.blake2b(f"{scope}\0{key}".encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(digest, signed=True)])
        if not cursor.fetchone()[0]:
            raise InFlight


def _fingerprint(request) -> str:
    content = json.dumps([request.path, request.data], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def _repeat(known: IdempotentWrite, fingerprint: str) -> Response:
    if known.fingerprint != fingerprint:
        raise KeyReused
    return Response(known.body, status=known.status, headers={"Idempotency-Replayed": "true"})
