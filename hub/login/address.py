"""From where somebody asks."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from django.http import HttpRequest

_OF_A_NETWORK: Final = 64


def address_of(request: HttpRequest) -> str:
    """Who asks. Only a proxy on this machine is believed about whom it asks for. Of IPv6 it is the network of 64
    bits, which somebody has whole: else they would have as many addresses as they like."""
    peer = _parsed(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and not isinstance(peer, str) and peer.is_loopback:
        peer = _parsed(forwarded.rsplit(",", 1)[-1].strip())
    return _network(peer) if isinstance(peer, IPv6Address) and not peer.is_loopback else str(peer)


def _parsed(text: str) -> IPv4Address | IPv6Address | str:
    """An IPv4 address that a socket of both kinds tells as IPv6 is what it is. What is no address stays text."""
    try:
        found = ip_address(text)
    except ValueError:
        return text
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _network(address: IPv6Address) -> str:
    host_bits = 128 - _OF_A_NETWORK
    return f"{IPv6Address(int(address) >> host_bits << host_bits)}/{_OF_A_NETWORK}"
