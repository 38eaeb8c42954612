"""Papers of a brand: uploaded, checked for what they are, watched until they run out."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from chengfeng.periods import local_date

from ..people import audit
from ..tenancy import Access, own
from .checklist import reach
from .models import Document
from .steps import Step

LARGEST = 10 * 2**20
WARN_BEFORE = timedelta(days=30)
MAGIC = {b"%PDF-": ".pdf", b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg"}
TYPES = {".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg"}
MARKS = (Document.Kind.TRADEMARK, Document.Kind.AUTHORISATION)


class PaperRefused(Exception):
    """The file is no paper we keep; its message is for the person who uploaded it."""


def suffix_of(file: UploadedFile) -> str:
    """Return the ending that fits what the file really is. Raises PaperRefused for anything but PDF, PNG and JPEG."""
    if file.size > LARGEST:
        raise PaperRefused(_("The file is larger than 10 MB."))
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    suffix = next((suffix for magic, suffix in MAGIC.items() if head.startswith(magic)), None)
    if suffix is None:
        raise PaperRefused(_("The file is no PDF, PNG or JPEG."))
    return suffix


@transaction.atomic
def add(
    access: Access, *, kind: Document.Kind, file: UploadedFile, expires_date: date | None = None, at: datetime
) -> Document:
    """Keep a paper under a name of our own and tick what it completes; a newer one of its kind replaces an older.

    Raises PaperRefused for a file that is too large or of another type.
    """
    suffix = suffix_of(file)
    paper = Document(
        merchant=access.merchant, kind=kind, file_name=PurePath(file.name).name[:200], expires_date=expires_date,
        uploaded_by=access.user, uploaded_at=at,
    )  # fmt: skip
    paper.file.save(f"{paper.code}{suffix}", file, save=False)
    paper.save()
    _tick(access, paper, at=at)
    audit.record(access, "document.upload", target=paper.code, at=at, kind=kind, file=paper.file_name)
    return paper


def _tick(access: Access, paper: Document, *, at: datetime) -> None:
    if paper.kind == Document.Kind.CONTRACT:
        reach(access.merchant, Step.CONTRACT, at=at, by=access.user, fact=paper.code)
    elif not missing(own(Document, access.merchant), today=local_date(at, access.merchant.time_zone)):
        reach(access.merchant, Step.DOCUMENTS, at=at, by=access.user, fact=paper.code)


def current(papers: Iterable[Document]) -> dict[str, Document]:
    """Return the latest paper of each kind."""
    return {paper.kind: paper for paper in sorted(papers, key=lambda paper: (paper.uploaded_at, paper.pk))}


def missing(papers: Iterable[Document], *, today: date) -> list[str]:
    """Name what the documents step still needs: a licence, and a trademark or an authorisation, none run out."""
    valid = {kind for kind, paper in current(papers).items() if not has_run_out(paper, today=today)}
    wanted = []
    if Document.Kind.LICENCE not in valid:
        wanted.append(Document.Kind.LICENCE.label)
    if not valid.intersection(MARKS):
        wanted.append(_("Trademark or brand authorisation"))
    return wanted


def has_run_out(paper: Document, *, today: date) -> bool:
    return paper.expires_date is not None and paper.expires_date < today


def runs_out_soon(paper: Document, *, today: date) -> bool:
    """Whether the paper is valid for thirty more days at most."""
    return paper.expires_date is not None and today <= paper.expires_date <= today + WARN_BEFORE


def validity(paper: Document, current: dict[str, Document], *, today: date) -> str:
    """Return the state of a paper: `replaced`, `expired`, `expiring` or `valid`."""
    if current[paper.kind] != paper:
        return "replaced"
    if has_run_out(paper, today=today):
        return "expired"
    return "expiring" if runs_out_soon(paper, today=today) else "valid"
