"""Lines of the log on who signs in, who fails to, and who asks for more than they may: how, and from where.

Of who signed in it has the number, of who failed nothing that was typed: people type passwords into wrong fields.
An address of a page that was refused may hold no code, so it is named as `hub/urls.py` names it.
"""

import logging
from typing import Final

from django.http import HttpRequest

from hub.login.address import address_of

_LOG: Final = logging.getLogger("hub.login")


def signed_in(request: HttpRequest, who: str, how: str) -> None:
    """`who`: as in user:7. `how`: password, code, passkey …"""
    _LOG.info("signed_in who=%s how=%s from=%s", who, how, _where(request))


def sign_in_failed(request: HttpRequest, face: str, how: str) -> None:
    """`face`: whose sign-in it is: desk, card or join."""
    _LOG.warning("sign_in_failed face=%s how=%s from=%s", face, how, _where(request))


def not_allowed(request: HttpRequest, who: str, asked: str) -> None:
    """Known, and without the right. `asked`: for which one."""
    page = request.resolver_match.view_name if request.resolver_match else ""
    _LOG.warning("not_allowed who=%s asked=%s page=%s from=%s", who, asked, page, _where(request))


def _where(request: HttpRequest) -> str:
    """One word, whatever a proxy says."""
    return "".join(each for each in address_of(request)[:64] if each.isprintable() and each != " ")
