"""What a website's token has to say (RFC 7519, section 4.1), checked claim by claim. Pure; knows no signatures.

Of the visitor `sub` alone is known by it. `email` and `name` are what the website believes: they fill in a form,
and prove nothing, whatever `email_verified` says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from hub.websites.faults import Fault, TokenRefused
from hub.websites.models import SUB_LETTERS_MAX

LIFETIME_SECONDS_MAX: Final = 300
LEEWAY_SECONDS: Final = 30
"""How far ahead of ours a website's clock may be."""
ID_LETTERS_MIN: Final = 8
ID_LETTERS_MAX: Final = 255
NAME_LETTERS_MAX: Final = 200
EMAIL_LETTERS_MAX: Final = 254
_SECONDS_MAX: Final = 2**40
_NEEDED: Final = ("iss", "aud", "sub", "iat", "exp", "jti")


@dataclass(frozen=True, slots=True)
class Claims:
    """`email` and `name` are empty where the token has none."""

    sub: str = field(repr=False)
    jti: str = field(repr=False)
    until: datetime
    email: str = field(repr=False)
    name: str = field(repr=False)


def checked(said: Mapping[str, Any], issuer: str, audience: str, at: datetime) -> Claims:
    """TokenRefused."""
    for claim in _NEEDED:
        if said.get(claim) is None:
            raise TokenRefused(Fault.CLAIM_MISSING, claim=claim)
    if said["iss"] != issuer:
        raise TokenRefused(Fault.ISSUER_WRONG, wanted=issuer)
    # Another one who is meant too could come here with what was sent there.
    if said["aud"] not in (audience, [audience]):
        raise TokenRefused(Fault.AUDIENCE_WRONG, wanted=audience)
    until = _until(said, at.timestamp())
    return Claims(_subject(said["sub"]), _id(said["jti"]), until, _email(said), _name(said))


def _until(said: Mapping[str, Any], now: float) -> datetime:
    begins, ends = _seconds(said, "iat"), _seconds(said, "exp")
    if not 0 < ends - begins <= LIFETIME_SECONDS_MAX:
        raise TokenRefused(Fault.LIFETIME_WRONG, seconds=LIFETIME_SECONDS_MAX)
    if ends <= now:
        raise TokenRefused(Fault.EXPIRED)
    for claim in ("iat", "nbf"):
        if said.get(claim) is not None and _seconds(said, claim) > now + LEEWAY_SECONDS:
            raise TokenRefused(Fault.TOO_EARLY, claim=claim)
    return datetime.fromtimestamp(ends, UTC)


def _seconds(said: Mapping[str, Any], claim: str) -> float:
    value = said[claim]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _SECONDS_MAX:
        raise TokenRefused(Fault.TIME_WRONG, claim=claim)
    return float(value)


def _subject(value: Any) -> str:
    if not _is_text(value, SUB_LETTERS_MAX) or not value.strip():
        raise TokenRefused(Fault.SUBJECT_WRONG, letters=SUB_LETTERS_MAX)
    return str(value)


def _id(value: Any) -> str:
    if not _is_text(value, ID_LETTERS_MAX) or len(value) < ID_LETTERS_MIN:
        raise TokenRefused(Fault.ID_WRONG, letters=ID_LETTERS_MAX)
    return str(value)


def _email(said: Mapping[str, Any]) -> str:
    value = said.get("email")
    if value is None or value == "":
        return ""
    if not _is_text(value, EMAIL_LETTERS_MAX):
        raise TokenRefused(Fault.EMAIL_WRONG)
    try:
        validate_email(value)
    except ValidationError as error:
        raise TokenRefused(Fault.EMAIL_WRONG) from error
    return str(value)


def _name(said: Mapping[str, Any]) -> str:
    value = said.get("name")
    if value is None or value == "":
        return ""
    if not _is_text(value, NAME_LETTERS_MAX):
        raise TokenRefused(Fault.NAME_WRONG, letters=NAME_LETTERS_MAX)
    return " ".join(value.split())


def _is_text(value: Any, letters_max: int) -> bool:
    return isinstance(value, str) and len(value) <= letters_max and value.isprintable()
