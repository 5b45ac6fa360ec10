"""Which addresses may be told: no way from the hub into what stands around it. Pure, but for `resolved`.

https alone; http and the loopback only where the hub itself is on the loopback, as while somebody develops. An
address in a private network counts where the owner says so of the endpoint; the loopback, link-local addresses
(a cloud's metadata) and those that are no single machine's never do. A name is resolved once a message, and the
message goes to the address that was checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from hub.errors import HubError
from hub.webhooks.lookups import Lookups
from hub.webhooks.models import URL_LETTERS_MAX

_Address = IPv4Address | IPv6Address
_PORTS: Final = {"https": 443, "http": 80}
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class AddressRefused(HubError):
    """Nothing may be sent there; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`private`: the owner allows addresses of private networks. `loopback`: the hub is on the loopback itself."""

    private: bool
    loopback: bool


def is_loopback_host(host: str) -> bool:
    return host in _LOOPBACK


def check(url: str, rules: Rules) -> SplitResult:
    """What can be told without asking anybody. AddressRefused."""
    parts = _parsed(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise AddressRefused(_("The address has to be a whole one, as in https://club.example/hooks."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused(_("The address must have no user, password or # part."))
    if parts.scheme == "http" and not (rules.loopback and is_loopback_host(parts.hostname)):
        raise AddressRefused(_("The address has to begin with https://, so that nobody on the way reads it."))
    literal = _literal(parts.hostname)
    if literal is not None:
        _check_address(literal, rules)
    return parts


async def resolved(parts: SplitResult, rules: Rules, lookups: Lookups) -> str:
    """The address of the machine to connect to, where all that its name stands for may be told.

    AddressRefused; OSError: its name is not known; TimeoutError: nobody says in time what it stands for.
    """
    host = str(parts.hostname)
    found = [host] if _literal(host) else await lookups.addresses_of(host, port_of(parts))
    return _all_checked([ip_address(each) for each in found], rules)


def port_of(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def _parsed(url: str) -> SplitResult:
    printable = url.isascii() and url.isprintable() and " " not in url
    if len(url) > URL_LETTERS_MAX or not printable:
        raise AddressRefused(
            _("The address has to be at most %(letters)d plain letters without spaces.")
            % {"letters": URL_LETTERS_MAX}
        )
    try:
        parts = urlsplit(url)
        port_of(parts._replace(scheme="https"))
    except ValueError as error:
        raise AddressRefused(_("This is no address: correct its host or its port.")) from error
    return parts


def _literal(host: str) -> _Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _all_checked(addresses: Sequence[_Address], rules: Rules) -> str:
    """The first. One that is refused spoils all: which one is used would be chance."""
    for each in addresses:
        _check_address(each, rules)
    return str(addresses[0])


def _check_address(address: _Address, rules: Rules) -> None:
    plain = _plain(address)
    if plain.is_loopback:
        if not rules.loopback:
            raise AddressRefused(_("The address is this machine's own: nothing is sent there."))
    elif plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain.is_reserved:
        raise AddressRefused(_("The address is no machine's that can be told."))
    elif not plain.is_global and not rules.private:
        raise AddressRefused(
            _("The address is in a private network: allow that for this endpoint, if it is meant.")
        )


def _plain(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 address stands for, where it does (mapped, 6to4, NAT64, Teredo)."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    packed = address.packed
    return IPv4Address(packed[12:]) if packed.startswith(b"\x00\x64\xff\x9b" + bytes(8)) else address
