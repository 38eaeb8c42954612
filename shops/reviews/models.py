"""Tables of reviews and their photos."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField

from ..catalogue.models import Product, Variant
from ..people.models import Merchant, User


class Review(models.Model):
    """What a shopper says of a product bought here: once per cause, which is the code of the order's line."""

    code = CodeField(prefix="rvw")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+")
    cause = models.CharField(max_length=24, unique=True, help_text=_("The purchase it speaks of: an order line"))
    shopper = models.UUIDField()
    author = models.CharField(_("author"), max_length=40, help_text=_("The shopper's name, most of it hidden"))
    stars = models.PositiveSmallIntegerField(_("stars"))
    text = models.TextField(_("text"), blank=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    reply = models.TextField(_("reply of the shop"), blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    hidden_reason = models.CharField(_("why it is hidden"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="review_stars"),
            models.CheckConstraint(
                condition=Q(reply="", replied_at__isnull=True) | Q(replied_at__isnull=False) & ~Q(reply=""),
                name="review_reply_has_time",
            ),
            models.CheckConstraint(
                condition=Q(hidden_reason="", hidden_at__isnull=True)
                | Q(hidden_at__isnull=False) & ~Q(hidden_reason=""),
                name="review_hidden_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "stars"], condition=Q(hidden_at__isnull=True), name="review_shown"),
            models.Index(fields=["product", "-created_at"], name="review_of_product"),
            models.Index(fields=["merchant", "-created_at"], name="review_of_merchant"),
        ]

    def __str__(self):
        return f"{self.stars} × {self.product}"


class ReviewPhoto(models.Model):
    """A photo that belongs to a review, in its place."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="photos")
    place = models.PositiveSmallIntegerField()
    image = models.ImageField(upload_to="reviews/")

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["review", "place"], name="review_photo_place_once")]

    def __str__(self):
        return f"{self.review} {self.place}"
