"""Photos of cases: drawn anew before they are kept, in private storage, seen only by those whom the case concerns."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from shops.catalogue.pictures import redrawn

from .models import Case, CasePhoto
from .moves import Side

MOST = 5  # of each side


class TooManyPhotos(Exception):
    """One side has shown as many photos as a case takes."""


def drawn(uploads: Sequence[UploadedFile]) -> list[ContentFile]:
    """Return the pictures as we keep them.

    Raises TooManyPhotos, and ValidationError for what is too large or no picture.
    """
    if len(uploads) > MOST:
        raise TooManyPhotos
    return [redrawn(upload) for upload in uploads]


def add(case: Case, pictures: Sequence[ContentFile], *, side: Side, at: datetime) -> None:
    """Keep one side's pictures in the caller's transaction, the case locked. Raises TooManyPhotos."""
    if case.photos.filter(side=side).count() + len(pictures) > MOST:
        raise TooManyPhotos
    for picture in pictures:
        photo = CasePhoto(merchant_id=case.merchant_id, case=case, side=side, added_at=at)
        photo.file.save(picture.name, picture, save=False)
        photo.save()
