"""The feed: published notes, newest first, in pages that stay put while new notes arrive."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from shops.catalogue.categories import branch
from shops.models import Category, Note, NoteProduct, Product

from . import showing

PAGE_SIZE = 24


@dataclass(frozen=True, slots=True)
class Page:
    """Some notes, and the code after which the next page begins; empty on the last."""

    notes: list[Note]
    next_after: str = ""


def page(*, category: Category | None = None, after: str = "") -> Page:
    """Return the notes that follow the note of code `after`, optionally those tagging products of a category.

    Raises Http404 when there is no such note.
    """
    notes = showing.with_tags(showing.notes())
    if category:
        notes = notes.filter(_tags_product_of(category))
    if after:
        notes = notes.filter(_older_than(after))
    found = list(notes[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return Page(shown, shown[-1].code if len(found) > PAGE_SIZE else "")


def _tags_product_of(category: Category) -> Exists:
    tags = NoteProduct.objects.filter(note=OuterRef("pk"), product__state=Product.State.ACTIVE)
    return Exists(tags.filter(product__category__in=branch(category)))


def _older_than(code: str) -> Q:
    last = Note.objects.filter(code=code).values("pk", "published_at").first()
    if last is None:
        raise Http404
    return Q(published_at__lt=last["published_at"]) | Q(published_at=last["published_at"], pk__lt=last["pk"])
