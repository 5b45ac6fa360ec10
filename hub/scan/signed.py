"""What a page signs so that it comes back as it was: a live code that was seen, a button and when it was shown,
which check-in was made, a photo's address, where to go on after signing in, the secret of the partner's link that
a phone has opened, the partner at which whoever has it says to be.

Each kind has a salt of its own, so that none is taken for another.
"""

from datetime import timedelta
from typing import Any, Final

from django.core import signing

from contract.effects import VOID_WITHIN

LIVE_FOR: Final = timedelta(minutes=5)
"""How long a page that was opened by a live code may be used."""
LINK_FOR: Final = timedelta(days=365)
"""How long a phone remembers which partner's it is."""
BACK_FOR: Final = timedelta(minutes=15)
"""How long signing in may take."""
SAID_FOR: Final = timedelta(days=365)
"""How long a phone remembers at which partner it was said to be."""
_LIVE, _BUTTON, _DONE, _PHOTO = "scan.live", "scan.button", "scan.done", "scan.photo"
_BACK, _LINK, _SAID = "scan.back", "scan.link", "scan.said"


def sign_live(card_hash: bytes, step: int) -> str:
    return signing.dumps([card_hash.hex(), step], salt=_LIVE)


def read_live(text: str, card_hash: bytes) -> int | None:
    """None: it is too old, of another card, or not ours."""
    found = _read(text, _LIVE, LIVE_FOR)
    return found[1] if found and found[0] == card_hash.hex() else None


def sign_button(checkin_id: bytes) -> str:
    """`checkin_id`: of the check-in that pressing makes."""
    return signing.dumps(checkin_id.hex(), salt=_BUTTON)


def read_button(text: str) -> bytes | None:
    """None: shown longer ago than a press can be undone, or not ours."""
    found = _read(text, _BUTTON, VOID_WITHIN)
    return bytes.fromhex(found) if found else None


def sign_done(checkin_id: bytes) -> str:
    return signing.dumps(checkin_id.hex(), salt=_DONE)


def read_done(text: str) -> bytes | None:
    """The check-in's id. None: longer ago than it can be undone, or not ours."""
    found = _read(text, _DONE, VOID_WITHIN)
    return bytes.fromhex(found) if found else None


def sign_photo(customer_id: int) -> str:
    return signing.dumps(customer_id, salt=_PHOTO)


def read_photo(text: str) -> int | None:
    found: int | None = _read(text, _PHOTO, LIVE_FOR)
    return found


def sign_back(path: str) -> str:
    return signing.dumps(path, salt=_BACK)


def read_back(text: str) -> str | None:
    found: str | None = _read(text, _BACK, BACK_FOR)
    return found


def sign_link(secret: str) -> str:
    return signing.dumps(secret, salt=_LINK)


def read_link(text: str) -> str | None:
    found: str | None = _read(text, _LINK, LINK_FOR)
    return found


def sign_said(partner: str) -> str:
    """`partner`: its slug."""
    return signing.dumps(partner, salt=_SAID)


def read_said(text: str) -> str | None:
    found: str | None = _read(text, _SAID, SAID_FOR)
    return found


def _read(text: str, salt: str, most: timedelta) -> Any:
    try:
        return signing.loads(text, salt=salt, max_age=most)
    except signing.BadSignature:
        return None
