"""Writing notes: made, changed, published, withdrawn; a note tags products of its own merchant only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from ..people.audit import record
from ..tenancy import Access, own
from .models import Note, NoteProduct, Product

MAX_TAGS = 20


class NotAllowed(Exception):
    """The note is not in a state from which that is possible. Nothing was changed."""


@transaction.atomic
def write(
    access: Access, note: Note | None, *, at: datetime, values: Mapping[str, Any], picture: ContentFile | None = None,
    products: Sequence[Product] = (),
) -> Note:  # fmt: skip
    """Make a note, or change one; `products` are what it tags, in their order."""
    verb = "note.edit" if note else "note.create"
    note = note or Note(merchant=access.merchant, created_at=at)
    for name, value in values.items():
        setattr(note, name, value)
    if picture:
        note.image.save(picture.name, picture, save=False)
    note.save()
    _tag(note, products)
    record(access, verb, target=note.code, at=at, title=note.title, products=[p.code for p in products])
    return note


@transaction.atomic
def publish(access: Access, note: Note, *, at: datetime) -> None:
    """Show a draft or a withdrawn note to everybody. Raises NotAllowed when it is out already."""
    _move(access, note, {Note.State.DRAFT, Note.State.WITHDRAWN}, Note.State.PUBLISHED, published_at=at)
    record(access, "note.publish", target=note.code, at=at)


@transaction.atomic
def withdraw(access: Access, note: Note, *, at: datetime) -> None:
    """Take a published note back. Raises NotAllowed when it is not out."""
    _move(access, note, {Note.State.PUBLISHED}, Note.State.WITHDRAWN)
    record(access, "note.withdraw", target=note.code, at=at)


def _move(access: Access, note: Note, before: set[Note.State], after: Note.State, **fields) -> None:
    if not own(Note, access.merchant).filter(pk=note.pk, state__in=before).update(state=after, **fields):
        raise NotAllowed


def _tag(note: Note, products: Sequence[Product]) -> None:
    """Let the note tag exactly these products, in this order."""
    wanted = list(dict.fromkeys(products))[:MAX_TAGS]
    if any(product.merchant_id != note.merchant_id for product in wanted):
        raise ValueError("a note tags products of its own merchant")
    NoteProduct.objects.filter(note=note).exclude(product__in=wanted).delete()
    NoteProduct.objects.bulk_create(
        [NoteProduct(note=note, product=product, place=place) for place, product in enumerate(wanted)],
        update_conflicts=True, unique_fields=["note", "product"], update_fields=["place"],
    )  # fmt: skip
