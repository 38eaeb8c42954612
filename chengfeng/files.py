"""Private files: uploads and exports that are handed out by a view that checks rights, never by address alone."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage


def private() -> FileSystemStorage:
    return FileSystemStorage(location=settings.PRIVATE_ROOT, base_url=None)
