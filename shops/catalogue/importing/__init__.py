"""Catalogue files: read row by row, tried out first, then brought in; the good rows are kept, the bad ones named.

A row is one variant. It is matched to what the merchant has by SKU, its product by the merchant's own number, and only
what differs is written. A cell that is empty says nothing about its field.
"""

from .reading import FileRefused
from .running import apply, cancel, import_file, request_import, run

__all__ = ["FileRefused", "apply", "cancel", "import_file", "request_import", "run"]
