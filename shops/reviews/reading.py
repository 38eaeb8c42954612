"""Reading reviews: what the public sees of them, and ratings for many products at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from ..catalogue.models import Product
from .models import Review, ReviewPhoto

STARS = (5, 4, 3, 2, 1)
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Rating:
    """How many reviews there are, the sum of their stars, and how many gave each number of stars."""

    count: int = 0
    total: int = 0
    by_stars: Mapping[int, int] = field(default_factory=dict)

    @property
    def average(self) -> Decimal | None:
        return (Decimal(self.total) / self.count).quantize(TENTH) if self.count else None

    @property
    def bars(self) -> list[tuple[int, int]]:
        """Stars, the most first, with how many gave so many."""
        return [(stars, self.by_stars.get(stars, 0)) for stars in STARS]


def visible() -> QuerySet[Review]:
    return Review.objects.filter(hidden_at=None)


def rate(products: Iterable[Product]) -> None:
    """Give each product its `rating`: one grouped query, whatever their number."""
    shown = list(products)
    rows = visible().filter(product__in=shown).values_list("product").annotate(Count("pk"), Sum("stars"))
    told = {pk: Rating(count, total) for pk, count, total in rows.order_by()} if shown else {}
    for product in shown:
        product.rating = told.get(product.pk, Rating())


def rating_of(product: Product) -> Rating:
    """Return the rating of one product with its distribution."""
    rows = visible().filter(product=product).values_list("stars").annotate(Count("pk")).order_by()
    by_stars = dict(rows)
    return Rating(sum(by_stars.values()), sum(stars * count for stars, count in by_stars.items()), by_stars)


def reviews_of(product: Product, *, stars: int | None = None, with_photos: bool = False) -> QuerySet[Review]:
    """Return the visible reviews of a product, the latest first, of so many stars or with photos if asked."""
    found = visible().filter(product=product).order_by("-created_at", "-pk")
    if stars:
        found = found.filter(stars=stars)
    if with_photos:
        found = found.filter(Exists(ReviewPhoto.objects.filter(review=OuterRef("pk"))))
    return found.select_related("variant").prefetch_related("photos")
