"""Makes the list of data-centre networks out of files that their owners publish."""

import csv
import json
import os
from collections.abc import Iterable, Iterator
from ipaddress import collapse_addresses, ip_network
from pathlib import Path

from .networks import PREFIX, Network, NotANetwork


def write(files: Iterable[Path], target: Path) -> int:
    """Write the networks of the files to `target`, joined and sorted, all at once; return how many there are.

    Raises NotANetwork, naming the file and where in it, or OSError; the target is left as it was then.
    """
    found = [network for path in files for network in read(path)]
    joined = [
        network
        for version in PREFIX
        for network in collapse_addresses([each for each in found if each.version == version])
    ]
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    fresh.write_text("".join(f"{network}\n" for network in joined))
    fresh.replace(target)
    return len(joined)


def read(path: Path) -> Iterator[Network]:
    """Yield the networks of a published file: JSON in which networks are texts, or lines that begin with one."""
    text = path.read_text()
    if text.lstrip()[:1] in ("{", "["):
        try:
            document = json.loads(text)
        except ValueError as error:
            raise NotANetwork(f"{path}: {error}") from None
        found = list(_texts(document))
        if not found:
            raise NotANetwork(f"{path}: there is no network in it")
        yield from found
    else:
        yield from _lines(path, text)


def _texts(document: object) -> Iterator[Network]:
    """Yield every text of a document that is a network, wherever the publisher puts them."""
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for member in document:
            yield from _texts(member)
    elif isinstance(document, str) and "/" in document:
        try:
            yield ip_network(document)
        except ValueError:
            return


def _lines(path: Path, text: str) -> Iterator[Network]:
    for number, row in enumerate(csv.reader(text.splitlines()), 1):
        cell = row[0].partition("#")[0].strip() if row else ""
        if cell:
            try:
                yield ip_network(cell)
            except ValueError as error:
                raise NotANetwork(f"{path}, line {number}: {error}") from None
