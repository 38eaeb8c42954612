"""What pages and programs read of webhooks: endpoints with their last day, and the log of messages."""

from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from ..people.models import Merchant
from ..tenancy import own
from . import keeping
from .models import HookAttempt, HookEndpoint, HookMessage

A_DAY = timedelta(days=1)
LAST = ("status", "trouble", "milliseconds", "ended_at")
NUMBERS = {"delivered": Q(state="delivered"), "waiting": Q(state="waiting"), "lost": Q(state__in=["dead", "held"])}


def with_numbers(merchant: Merchant, *, at: datetime) -> list[HookEndpoint]:
    """Return the endpoints; `numbers` of each counts what was written in the last 24 hours, by how it stands."""
    lately = own(HookMessage, merchant).filter(created_at__gte=at - A_DAY)
    counts = {name: Count("pk", filter=condition) for name, condition in NUMBERS.items()}
    counted = {row["endpoint"]: row for row in lately.values("endpoint").annotate(**counts)}
    found = list(keeping.endpoints(merchant))
    for endpoint in found:
        endpoint.numbers = counted.get(endpoint.pk, dict.fromkeys(NUMBERS, 0))
    return found


def messages(
    merchant: Merchant, *, endpoint: HookEndpoint | None = None, state: str = "", event: str = ""
) -> QuerySet[HookMessage]:
    """Return the merchant's messages, the latest first, each with what came of its last attempt."""
    last = HookAttempt.objects.filter(message=OuterRef("pk")).order_by("-number")
    latest = {f"last_{name}": Subquery(last.values(name)[:1]) for name in LAST}
    wanted = {"endpoint": endpoint, "state": state, "event": event}
    rows = own(HookMessage, merchant).filter(**{name: value for name, value in wanted.items() if value})
    return rows.select_related("endpoint").annotate(**latest).order_by("-pk")


def attempts(message: HookMessage) -> QuerySet[HookAttempt]:
    """Return the attempts of a message, the latest first."""
    return message.attempts.order_by("-number")
