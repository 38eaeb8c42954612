"""Where events come from: the network of an address as a keyed hash, and whether it is a data centre's.

No address is ever stored. What is kept is a hash, keyed by the secret of the site, of the first 24 bits of an IPv4
address or the first 48 of an IPv6 one: enough to count by, and nobody without the secret can tell whose it was.
An address that is not global – the machine itself, a private network, a proxy not told of – says nothing.
"""

import logging
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Address, IPv6Network, collapse_addresses, ip_address, ip_network
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)

PREFIX = {4: 24, 6: 48}
SIZE = 12
Network = IPv4Network | IPv6Network


class NotANetwork(ValueError):
    """A line of a list of networks is none; the message names file and line."""


@lru_cache(maxsize=8192)
def network_of(address: str) -> bytes | None:
    """Return the keyed hash of an address's network, or None when the address says nothing."""
    parsed = _parsed(address)
    if parsed is None:
        return None
    network = ip_network((parsed, PREFIX[parsed.version]), strict=False)
    key = settings.SECRET_KEY.encode()[:64]
    return blake2b(network.network_address.packed, key=key, person=b"network", digest_size=SIZE).digest()


@lru_cache(maxsize=8192)
def is_data_centre(address: str) -> bool:
    """Whether an address lies in one of the networks of the list that the settings name."""
    parsed = _parsed(address)
    return parsed is not None and _ranges(settings.DATA_CENTRE_NETWORKS).hold(parsed)


def knows_data_centres() -> bool:
    """Whether there is a list of data centres, and something in it."""
    return bool(_ranges(settings.DATA_CENTRE_NETWORKS))


def _parsed(address: str):
    """Return a global address, an IPv4 one also where it is written inside an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return parsed if parsed.is_global else None


class Ranges:
    """Networks of both versions, joined where they touch and searched by halves."""

    def __init__(self, networks: Iterable[Network]):
        self._of: dict[int, tuple[list[int], list[int]]] = {}
        found = list(networks)
        for version in PREFIX:
            joined = sorted(collapse_addresses([network for network in found if network.version == version]))
            firsts = [int(network.network_address) for network in joined]
            self._of[version] = firsts, [int(network.broadcast_address) for network in joined]

    def __bool__(self):
        return any(firsts for firsts, _lasts in self._of.values())

    def hold(self, address) -> bool:
        firsts, lasts = self._of[address.version]
        place = bisect_right(firsts, int(address)) - 1
        return place >= 0 and int(address) <= lasts[place]


@lru_cache(maxsize=2)
def _ranges(path: str) -> Ranges:
    """Read the list once a process; what cannot be read is said in the log, and no address is a data centre's."""
    if not path:
        return Ranges(())
    try:
        return Ranges(read(Path(path)))
    except (OSError, NotANetwork):
        logger.exception("the list of data centres cannot be read")
        return Ranges(())


def read(path: Path) -> Iterator[Network]:
    """Yield the networks of a list: one a line, as 192.0.2.0/24; empty lines and what follows a # are passed over."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.partition("#")[0].strip()
        if text:
            try:
                yield ip_network(text)
            except ValueError as error:
                raise NotANetwork(f"{path}, line {number}: {error}") from None


def forget() -> None:
    """Forget what was read and answered, so that another list or secret counts."""
    for remembered in (network_of, is_data_centre, _ranges):
        remembered.cache_clear()
