"""Whether a token is a website's: JWT (RFC 7519) by the key that it names, and by that key's algorithm alone.

Reads keys, writes nothing. What its header says is believed of nothing but which key is meant.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from jwt import InvalidAlgorithmError, InvalidSignatureError, InvalidTokenError, PyJWS

from hub.websites import claims, sealing
from hub.websites.claims import Claims
from hub.websites.faults import Fault, TokenRefused
from hub.websites.models import Website, WebsiteKey

TOKEN_LETTERS_MAX: Final = 4_096
_JWS: Final = PyJWS(algorithms=[each.value for each in WebsiteKey.Algorithm])


@dataclass(frozen=True, slots=True)
class Verified:
    """What a token says, and what has to be remembered of it as it is used."""

    website: Website
    key: WebsiteKey
    claims: Claims = field(repr=False)


def verified(website: Website, token: str, at: datetime) -> Verified:
    """TokenRefused; hub.websites.sealing.SecretUnreadable: it cannot be told."""
    if not website.is_active:
        raise TokenRefused(Fault.WEBSITE_OFF)
    if len(token) > TOKEN_LETTERS_MAX:
        raise TokenRefused(Fault.TOO_LONG, letters=TOKEN_LETTERS_MAX)
    key = _key(website, _header(token), at)
    said = _payload(token, key)
    return Verified(website, key, claims.checked(said, website.public_id, settings.DOORWARD_URL, at))


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims as they stand there, believed by nobody: for who looks for a mistake. TokenRefused."""
    if len(token) > TOKEN_LETTERS_MAX:
        raise TokenRefused(Fault.TOO_LONG, letters=TOKEN_LETTERS_MAX)
    header = _header(token)
    try:
        payload = _JWS.decode_complete(token, options={"verify_signature": False})["payload"]
    except InvalidTokenError as error:
        raise TokenRefused(Fault.MALFORMED) from error
    return header, _object(payload)


def _header(token: str) -> dict[str, Any]:
    if not token.isascii():
        raise TokenRefused(Fault.MALFORMED)
    try:
        return dict(_JWS.get_unverified_header(token))
    except InvalidTokenError as error:
        raise TokenRefused(Fault.MALFORMED) from error


def _key(website: Website, header: dict[str, Any], at: datetime) -> WebsiteKey:
    """Another website's is as unknown as one that is nobody's."""
    if "kid" not in header:
        raise TokenRefused(Fault.KEY_MISSING)
    found = next((each for each in website.keys.all() if each.kid == header["kid"]), None)
    if found is None:
        raise TokenRefused(Fault.KEY_UNKNOWN)
    if not found.counts(at):
        raise TokenRefused(Fault.KEY_ENDED)
    return found


def _payload(token: str, key: WebsiteKey) -> dict[str, Any]:
    try:
        decoded = _JWS.decode_complete(token, _secret_of(key), algorithms=[key.algorithm])
    except InvalidAlgorithmError as error:
        raise TokenRefused(Fault.ALGORITHM_WRONG, algorithm=key.algorithm) from error
    except InvalidSignatureError as error:
        raise TokenRefused(Fault.SIGNATURE_WRONG) from error
    except InvalidTokenError as error:
        raise TokenRefused(Fault.MALFORMED) from error
    return _object(decoded["payload"])


def _secret_of(key: WebsiteKey) -> Any:
    if key.algorithm == WebsiteKey.Algorithm.EDDSA:
        return Ed25519PublicKey.from_public_bytes(bytes(key.public_key))
    return sealing.decrypt(key.secret_encrypted, key.kid)


def _object(payload: bytes) -> dict[str, Any]:
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise TokenRefused(Fault.MALFORMED) from error
    if not isinstance(said, dict):
        raise TokenRefused(Fault.MALFORMED)
    return said
