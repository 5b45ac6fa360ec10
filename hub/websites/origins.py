"""Origins of websites: scheme, host and port, as browsers write them (RFC 6454), checked. Pure.

They stand in a header of our pages, word for word, and are compared with what a browser says: so each is exact,
and its host is letters, digits, dots and dashes. A wildcard would let in whoever has a name below it.
"""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from hub.errors import HubError

ORIGINS_MAX: Final = 20
HOST_LETTERS_MAX: Final = 253
"""RFC 1035, section 2.3.4."""
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_LABEL: Final = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"{_LABEL}(\.{_LABEL})*")


class OriginRefused(HubError):
    """This is no origin that may be allowed; the text says what to do."""


def origins_in(text: str) -> list[str]:
    """One a line, each once. OriginRefused."""
    return checked(filter(None, (line.strip() for line in text.splitlines())))


def checked(texts: Iterable[str]) -> list[str]:
    """OriginRefused: one of them does not fit, or there are too many."""
    found = list(dict.fromkeys(map(origin_of, texts)))
    if len(found) > ORIGINS_MAX:
        raise OriginRefused(_("There are more than %(count)d: list fewer.") % {"count": ORIGINS_MAX})
    return found


def origin_of(text: str) -> str:
    """As a browser says it: in small letters, without the port that its scheme has anyway. OriginRefused."""
    parts = _parsed(text)
    scheme, host, port = parts.scheme, parts.hostname or "", _port_of(parts, text)
    if not _HOST.fullmatch(host) or len(host) > HOST_LETTERS_MAX:
        raise OriginRefused(_said(text, _("write the host's name as browsers do: letters, digits, dots, dashes")))
    if scheme == "http" and not is_loopback(host):
        raise OriginRefused(_said(text, _("it has to begin with https://, so that nobody on the way changes it")))
    return f"{scheme}://{host}" if port == _DEFAULT_PORTS[scheme] else f"{scheme}://{host}:{port}"


def is_loopback(host: str) -> bool:
    """This machine itself, as while somebody develops. Names below localhost are too (RFC 6761, section 6.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _parsed(text: str) -> SplitResult:
    if "*" in text:
        raise OriginRefused(
            _said(text, _("name each host by itself: whoever has a name below it could show our pages else"))
        )
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise OriginRefused(_said(text, _("write it as browsers do, in plain letters (xn--… for others)")))
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise OriginRefused(_said(text, _("correct its host"))) from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise OriginRefused(_said(text, _("write a whole one, as in https://club.example")))
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise OriginRefused(_said(text, _("leave out what stands behind the host, and any user")))
    return parts


def _port_of(parts: SplitResult, text: str) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise OriginRefused(_said(text, _("correct its port"))) from error
    if port == 0:
        raise OriginRefused(_said(text, _("correct its port")))
    return port or _DEFAULT_PORTS[parts.scheme]


def _said(text: str, what: str) -> str:
    return _("“%(origin)s” cannot be allowed: %(what)s.") % {"origin": text[:100], "what": what}
