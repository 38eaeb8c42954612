"""Asks for the paths of a shop while somebody waits: of one that has not too much to read, and kept for a while."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Sum

from shops.models import Merchant

from ..engines import opened
from ..models import MerchantDay
from .question import PathQuestion, Pinned, pin
from .reckoning import Answer, Count, joined
from .telling import Paths, told

KEPT = 600  # seconds for which an answer is kept for who asks again, or takes it as a file
QUICK = 200_000  # touches and orders that are read within a request


def is_quick(asked: Pinned, merchant: Merchant) -> bool:
    """Tell whether what is behind an answer is little, by the facts of the days."""
    first = asked.days.first - 2 * timedelta(days=asked.question.window)
    facts = MerchantDay.objects.filter(merchant=merchant, day__gte=first, day__lte=asked.days.last)
    kinds = ["clicks", "paid_orders"] + (["viewable"] if asked.question.touches != "click" else [])
    return sum(value or 0 for value in facts.aggregate(*map(Sum, kinds)).values()) <= QUICK


def ask(question: PathQuestion, merchant: Merchant, *, at: datetime, engine: str | None = None) -> Paths:
    """Return what paths say about the channels of a shop, as of then or as `at` knows it, reckoned here and now."""
    asked = pin(question, merchant, at=at)
    return told(asked, merchant, _reckoned(asked, merchant, engine))


def answered(asked: Pinned, merchant: Merchant) -> Paths:
    """Return the same, from the cache where it was asked before: what was known at a moment never changes."""
    key = f"paths:{merchant.code}:{asked.version}"
    return told(asked, merchant, cache.get_or_set(key, lambda: _reckoned(asked, merchant), KEPT))


def _reckoned(asked: Pinned, merchant: Merchant, name: str | None = None) -> Answer:
    count = Count(asked.question.order)
    with opened(merchants=[merchant.pk], as_of=asked.as_of, name=name) as engine:
        for batch in engine.batches(joined(asked, merchant, engine)):
            count.add(batch)
    return count.answer(merchant.currency)
