"""From the bytes of an unknown file to numbered records: compression, encoding and delimiter are found out."""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import BinaryIO

from django.utils.translation import gettext as _

from chengfeng.jobs import Refused

MAX_BYTES = 100 * 2**20
MAX_UNPACKED = 400 * 2**20
MAX_RATIO = 200
MAX_LINE = 2**20
CHUNK = 2**18
DELIMITERS = ",;\t|"
DAMAGED = "\ufffd"  # what the decoder writes where bytes make no character
GZIP = b"\x1f\x8b"
NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"BZh", b"\x28\xb5\x2f\xfd")


class FileRefused(Refused):
    """Nothing of the file can be read; the message is for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first pass over a file found out. `lines` is an upper bound of its records."""

    digest: str
    encoding: str
    delimiter: str
    lines: int


def survey(file: BinaryIO) -> Survey:
    """Read the whole file once, in constant memory.

    Raises FileRefused when it is too large, packed beyond reason, broken, or not a text at all.
    """
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    if file.tell() > MAX_BYTES:
        raise FileRefused(_("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES >> 20})
    _refuse_other_formats(file)
    encoding, lines = _encoding(file)
    return Survey(digest, encoding, _delimiter(file, encoding), lines)


def records(file: BinaryIO, found: Survey) -> Iterator[tuple[int, list[str] | None]]:
    """Yield every record with its number, the header being 1; None stands for one that cannot be parsed."""
    reader = csv.reader(_lines(file, found.encoding), delimiter=found.delimiter, skipinitialspace=True)
    for number in count(1):
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield number, None


def _refuse_other_formats(file: BinaryIO) -> None:
    file.seek(0)
    if file.read(8).startswith(NOT_TEXT):
        raise FileRefused(_("This is not a text file. Save the sheet as CSV (UTF-8) and send that."))


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the unpacked content; raises FileRefused when it is broken or swells beyond reason."""
    packed = _is_packed(file)
    stream, size = _unpacked(file), 0
    try:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > MAX_UNPACKED or (packed and size > CHUNK * 16 and size > MAX_RATIO * file.tell()):
                raise FileRefused(_("The file unpacks to more than is accepted."))
            yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileRefused(_("The compressed file is damaged.")) from error


def _is_packed(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(2) == GZIP


def _unpacked(file: BinaryIO) -> BinaryIO:
    packed = _is_packed(file)
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if packed else file


def _encoding(file: BinaryIO) -> tuple[str, int]:
    """Return the encoding and the number of lines. A few damaged bytes do not turn UTF-8 into something else."""
    head = next(_chunks(file), b"")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", _measure(file, "utf-16")[2]
    damaged, foreign, lines = _measure(file, "utf-8-sig")
    if damaged * 5 <= foreign - damaged:
        return "utf-8-sig", lines
    return ("gb18030" if not _measure(file, "gb18030")[0] else "utf-8-sig"), lines


def _measure(file: BinaryIO, encoding: str) -> tuple[int, int, int]:
    """Return how many characters are damaged and how many are not ASCII in this encoding, and the lines."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    damaged = foreign = feeds = returns = 0
    for chunk in _chunks(file):
        text = decoder.decode(chunk)
        feeds, returns = feeds + text.count("\n"), returns + text.count("\r")
        if not text.isascii():
            damaged += text.count(DAMAGED)
            foreign += len(text) - len(text.encode("ascii", "ignore"))
    return damaged + len(decoder.decode(b"", final=True)), foreign, max(feeds, returns) + 1


def _delimiter(file: BinaryIO, encoding: str) -> str:
    """Return the delimiter that cuts the first line into most cells."""
    first = next(_lines(file, encoding), "")
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([first[:CHUNK]], delimiter=delimiter), [])))


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield lines with their ends; one that is absurdly long comes in pieces, so that memory stays bounded."""
    text = io.TextIOWrapper(_Borrowed(_unpacked(file)), encoding=encoding, errors="replace", newline="")
    return iter(partial(text.readline, MAX_LINE), "")


class _Borrowed(io.BufferedIOBase):
    """A binary file that the text layer above may read but not close."""

    def __init__(self, file: BinaryIO):
        self.file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.file.read(size)

    read1 = read
