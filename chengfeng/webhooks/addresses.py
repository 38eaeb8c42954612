"""Where messages may go: a name is resolved once, and every address that it leads to must be a public one."""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNICAST = ip_network("2000::/3")  # all that IPv6 routes between networks; mapped and translated addresses lie outside
REFUSED = [
    ip_network(network)
    for network in (
        "100.64.0.0/10",  # shared by the customers of a carrier, and the metadata of some clouds
        "168.63.129.16/32",  # the metadata of one cloud, on a public address
        "192.0.0.0/24",  # protocols' own
        "192.88.99.0/24",  # relays into tunnels
        "2001::/23",  # tunnels and protocols' own
        "2001:db8::/32",  # documentation
        "2002::/16",  # tunnels, which hold an IPv4 address
        "3fff::/20",  # documentation
    )
]


class Forbidden(Exception):
    """A name leads to an address that nothing may be sent to. Which one stays unsaid: it may be of an inner network."""


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet: not private, local, shared, reserved, mapped or multicast."""
    if address.version == 6 and address not in UNICAST:
        return False
    is_refused = any(address in network for network in REFUSED)
    return address.is_global and not (address.is_multicast or address.is_reserved or is_refused)


async def resolve(host: str, port: int) -> list[Address]:
    """Return the addresses that a name leads to, the one to be preferred first; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(where[0]) for *_, where in found]


async def judged(host: str, port: int, *, allowed: Iterable[Network], is_secure: bool) -> Address:
    """Return the one address to connect to; raises OSError where the name leads nowhere.

    Raises Forbidden unless all that the name leads to may be called. Without TLS only what is allowed besides may be.
    """
    found = await resolve(host, port)
    allowed = list(allowed)
    for address in found:
        is_allowed = any(address in network for network in allowed)
        if not (is_allowed or (is_secure and is_public(address))):
            raise Forbidden
    return found[0]
