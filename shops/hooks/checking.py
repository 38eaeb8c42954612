"""What the address of an endpoint must be like; where its name leads is judged each time that something is sent."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from chengfeng.webhooks import addresses

MESSAGES = {
    "address": _("Write the whole address, such as https://shop.example.org/webhooks."),
    "https": _("The address must begin with https://."),
    "credentials": _("The address must hold no user, password or fragment."),
    "private": _("This is not an address of the public internet."),
}


def fault(url: str) -> str | None:
    """Return the rule that an address breaks, a key of MESSAGES, or None."""
    try:
        parts = urlsplit(url)
        host = httpx.URL(url).host
        port_is_fine = parts.port != 0
    except (ValueError, httpx.InvalidURL):
        return "address"
    if not (host and port_is_fine and parts.scheme) or any(letter.isspace() for letter in url):
        return "address"
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.WEBHOOK_NETWORKS):
        return "https"
    if parts.username is not None or parts.fragment:
        return "credentials"
    return "private" if _is_private(host) else None


def _is_private(host: str) -> bool:
    """Whether a host is written as an address that may not be called."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return not (addresses.is_public(address) or any(address in network for network in settings.WEBHOOK_NETWORKS))
