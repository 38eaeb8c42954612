"""Writing reviews: one for each thing bought, in the weeks after it came, changed for a few days."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction

from chengfeng.typed import visible

from ..catalogue.models import Variant
from .models import Review, ReviewPhoto

WINDOW = timedelta(days=60)
EDITABLE = timedelta(days=7)
MOST_PHOTOS = 5
LONGEST = 2000


class TooLate(Exception):
    """The time to write about it, or to change what was written, is over. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """Something bought: its `cause` is the order line's code; the variant comes with its product.

    Whoever calls has made sure that it is the shopper's and when it came.
    """

    cause: str
    variant: Variant
    shopper: UUID
    buyer: str
    delivered_at: datetime


def of(cause: str) -> Review | None:
    """Return the review of a purchase, if there is one."""
    return Review.objects.filter(cause=cause).prefetch_related("photos").first()


def known(causes: Collection[str]) -> set[str]:
    """Return those of the purchases that have a review."""
    return set(Review.objects.filter(cause__in=causes).values_list("cause", flat=True))


def is_open(purchase: Purchase, review: Review | None, *, at: datetime) -> bool:
    """Whether a purchase may be reviewed, or its review changed, at that instant."""
    return at < (review.created_at + EDITABLE if review else purchase.delivered_at + WINDOW)


@transaction.atomic
def write(
    purchase: Purchase, *, stars: int, text: str, at: datetime, photos: Sequence[ContentFile] = (),
    drops_photos: bool = False,
) -> Review:  # fmt: skip
    """Write the review of a purchase, or change it; new photos come after those there are, five at most.

    Raises TooLate.
    """
    variant, text = purchase.variant, visible(text)
    known = Review.objects.select_for_update(of=("self",)).filter(cause=purchase.cause).first()
    if not is_open(purchase, known, at=at):
        raise TooLate
    review, is_new = (known, False) if known else Review.objects.select_for_update(of=("self",)).get_or_create(
        cause=purchase.cause,
        defaults={
            "merchant_id": variant.merchant_id, "product_id": variant.product_id, "variant": variant, "stars": stars,
            "text": text, "shopper": purchase.shopper, "author": masked(purchase.buyer), "created_at": at,
        },
    )  # fmt: skip
    if not is_new:
        review.stars, review.text, review.edited_at = stars, text, at
        review.save(update_fields=["stars", "text", "edited_at"])
    _show(review, photos, drops_photos)
    return review


def _show(review: Review, photos: Sequence[ContentFile], drops_photos: bool) -> None:
    if drops_photos:
        review.photos.all().delete()
    taken = set(review.photos.values_list("place", flat=True))
    free = [place for place in range(MOST_PHOTOS) if place not in taken]
    for place, photo in zip(free, photos, strict=False):
        made = ReviewPhoto(review=review, place=place)
        made.image.save(photo.name, photo, save=True)


def masked(name: str) -> str:
    """Return a name of which only the first and the last character can be read."""
    name = name.strip()
    return f"{name[:1]}***{name[-1:] if len(name) > 1 else ''}"
