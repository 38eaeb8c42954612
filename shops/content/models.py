"""Tables of notes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from chengfeng.codes import CodeField

from ..catalogue.models import Product
from ..people.models import Merchant


class Note(models.Model):
    """A post with a picture that tags products of its merchant."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    code = CodeField(prefix="nte")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="notes")
    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    body = models.TextField(_("text"), blank=True)
    body_en = models.TextField(_("English text"), blank=True)
    author = models.CharField(_("author"), max_length=60)
    author_en = models.CharField(_("author in English"), max_length=60, blank=True)
    image = models.ImageField(_("picture"), upload_to="notes/", blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    products = models.ManyToManyField(Product, through="NoteProduct", related_name="notes")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-published_at"])]

    def __str__(self):
        return self.title


class NoteProduct(models.Model):
    """A product tagged in a note, in its place."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="tags")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["place", "pk"]
        constraints = [models.UniqueConstraint(fields=["note", "product"], name="note_tags_product_once")]

    def __str__(self):
        return f"{self.note} → {self.product}"
