"""Answering reviews, which shops do, and hiding them, which only an operator may."""

from datetime import datetime

from django.db import transaction

from ..people.audit import record
from ..people.models import User
from ..tenancy import Access, own
from .models import Review


@transaction.atomic
def reply(access: Access, review: Review, text: str, *, at: datetime) -> None:
    """Set the shop's reply to a review of its goods; an empty one takes the reply back."""
    answered = {"reply": text, "replied_at": at if text else None, "replied_by": access.user if text else None}
    if own(Review, access.merchant).filter(pk=review.pk).exclude(reply=text).update(**answered):
        record(access, "review.reply", target=review.code, at=at, reply=text)


@transaction.atomic
def hide(review: Review, *, reason: str, by: User, at: datetime) -> bool:
    """Take a review from sight, for a reason that the shop can read; return whether it was to be seen."""
    hidden = Review.objects.filter(pk=review.pk, hidden_at=None)
    if not hidden.update(hidden_at=at, hidden_by=by, hidden_reason=reason):
        return False
    record(Access(review.merchant, frozenset(), by), "review.hide", target=review.code, at=at, reason=reason)
    return True


@transaction.atomic
def show(review: Review, *, by: User, at: datetime) -> bool:
    """Show a hidden review again; return whether it was hidden."""
    hidden = Review.objects.filter(pk=review.pk, hidden_at__isnull=False)
    if not hidden.update(hidden_at=None, hidden_by=None, hidden_reason=""):
        return False
    record(Access(review.merchant, frozenset(), by), "review.show", target=review.code, at=at)
    return True
