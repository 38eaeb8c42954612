"""Forgetting who wrote reviews: their words, photos and names go; how many stars were given stays."""

from .models import Review, ReviewPhoto


def forget(**which) -> None:
    """Forget the authors of those reviews (a filter)."""
    written = Review.objects.filter(**which)
    for photo in ReviewPhoto.objects.filter(review__in=written):
        photo.image.delete(save=False)
        photo.delete()
    written.update(author="", text="")
