"""The link in a letter that ends all letters of its kind: signed, so that nobody ends another member's.

It stands in an address, since mail programs press it by themselves (RFC 8058). It lets nobody see anything: who
has it can end these letters, and have them again.
"""

from typing import Final, NamedTuple

from django.conf import settings
from django.core.signing import BadSignature, Signer

from hub.letters.kinds import WISH_OF, Kind

PATH: Final = "/card/letters/"
"""Where hub/wallet takes a token."""
_SALT: Final = "hub.letters.unsubscribing"


class Unsubscribing(NamedTuple):
    kind: Kind
    customer: int

    @property
    def wish(self) -> str:
        """The field of LetterWishes."""
        return WISH_OF[self.kind]


def address_for(kind: Kind, customer: int) -> str:
    return f"{settings.DOORWARD_URL}{PATH}{_signer().sign(f'{kind}-{customer}')}"


def read(token: str) -> Unsubscribing | None:
    """None: it is not of ours, or not whole."""
    try:
        kind, _dash, customer = _signer().unsign(token).partition("-")
    except BadSignature:
        return None
    return Unsubscribing(Kind(kind), int(customer))


def _signer() -> Signer:
    return Signer(sep=".", salt=_SALT)
