"""Private files: uploads and exports that are handed out by a view that checks rights, never by address alone."""

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """Files below PRIVATE_ROOT, as it is set when a file is touched."""

    @property
    def base_location(self) -> str:
        return settings.PRIVATE_ROOT

    @property
    def location(self) -> str:
        return str(Path(self.base_location).absolute())


def private() -> FileSystemStorage:
    return PrivateStorage()
