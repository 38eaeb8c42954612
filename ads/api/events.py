"""The intake of events: what became of served ads, singly or a thousand at a time."""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from chengfeng import clock
from chengfeng.http import Problem
from shops.api_base import ShopperAPIView

from ..models import EventKind
from ..sightings import Report, Result
from ..tracking import track
from ..visitors import visitor_of

MOST_EVENTS = 1000
MALFORMED = Result("rejected", "malformed")
KINDS = frozenset(EventKind.values)


class EventSerializer(serializers.Serializer):
    """What happened to an ad; without `at`, now."""

    token = serializers.CharField()
    kind = serializers.ChoiceField(choices=EventKind.choices)
    at = serializers.DateTimeField(required=False, allow_null=True)


class EventsSerializer(serializers.Serializer):
    events = EventSerializer(many=True, max_length=MOST_EVENTS, min_length=1)


class ResultSerializer(serializers.Serializer):
    """Taken (accepted), seen before (duplicate), or not ours, out of time or no event (rejected, with the reason).

    Whether an event that was taken counts is said to the merchant, not to the client.
    """

    status = serializers.ChoiceField(choices=["accepted", "duplicate", "rejected"])
    reason = serializers.CharField(required=False)


class ResultsSerializer(serializers.Serializer):
    results = ResultSerializer(many=True)


class NotABatch(Problem):
    code = "invalid"
    title = f"The body must be an object whose member events is a list of 1 to {MOST_EVENTS} events"


class Events(ShopperAPIView):
    """What became of served ads."""

    @extend_schema(request=EventsSerializer, responses=ResultsSerializer, operation_id="track", tags=["shopping"])
    def post(self, request):
        """Report up to 1,000 events; each has its own result, in their order. Repeating a batch is harmless."""
        events = request.data.get("events") if isinstance(request.data, dict) else None
        if not isinstance(events, list) or not 1 <= len(events) <= MOST_EVENTS:
            raise NotABatch
        reports = [_report(event) for event in events]
        known = [report for report in reports if report]
        results = iter(track(known, received_at=clock.now(), visitor=visitor_of(request._request)))
        return _answer(next(results) if report else MALFORMED for report in reports)


def _report(event: object) -> Report | None:
    """Read one event of a batch; None when it is not one."""
    if not isinstance(event, dict):
        return None
    token, kind, at = event.get("token"), event.get("kind"), event.get("at")
    if not isinstance(token, str) or not isinstance(kind, str) or kind not in KINDS:
        return None
    moment = _moment(at) if at is not None else None
    return None if at is not None and moment is None else Report(token, kind, moment)


def _moment(text: object) -> datetime | None:
    """Return the aware instant that a text names, or None."""
    try:
        moment = parse_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment if moment and moment.tzinfo else None


def _answer(results: Iterable[Result]) -> HttpResponse:
    """Return the results as JSON, made of ready pieces: there are few different ones."""
    return HttpResponse(f'{{"results":[{",".join(map(_said, results))}]}}', content_type="application/json")


@lru_cache(maxsize=64)
def _said(result: Result) -> str:
    """Return what the client is told: the same of an event whether it counts or not."""
    if result.status in ("accepted", "invalid"):
        return '{"status":"accepted"}'
    return json.dumps({"status": result.status} | ({"reason": result.reason} if result.reason else {}))
