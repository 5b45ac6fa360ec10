"""A website, and what its backend does: tokens for its visitors, made as somebody else's code would."""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from django.conf import settings

from hub.websites.faults import TokenRefused
from hub.websites.key_operations import KeyShown, make_pair, make_secret
from hub.websites.models import Website
from hub.websites.operations import add_website
from hub.websites.token_operations import use_token

AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN: Final = "https://www.club.example"


def a_website(name: str = "Club", *origins: str) -> Website:
    return add_website(name, origins or (ORIGIN,), AT)


def a_pair(website: Website, at: datetime = AT) -> KeyShown:
    return make_pair(website.pk, at)


def a_secret(website: Website, at: datetime = AT) -> KeyShown:
    return make_secret(website.pk, at)


def claims_of(website: Website, at: datetime = AT, **said: Any) -> dict[str, Any]:
    """All that a token needs, and `said` in its place; what is `...` is left out."""
    seconds = int(at.timestamp())
    times = {"iat": seconds, "exp": seconds + 60}
    who = {"iss": website.public_id, "aud": settings.DOORWARD_URL, "sub": "user-7", "jti": secrets.token_hex(8)}
    return {name: value for name, value in (who | times | said).items() if value is not ...}


def signed(key: KeyShown, claims: Mapping[str, Any], **header: Any) -> str:
    """By the key as it was handed over."""
    jwk = jwt.PyJWK(json.loads(key.jwk))
    return jwt.PyJWS().encode(
        json.dumps(claims).encode(), jwk.key, jwk.algorithm_name, {"kid": key.key.kid, "typ": "JWT"} | header
    )


def a_token(website: Website, key: KeyShown, at: datetime = AT, **said: Any) -> str:
    return signed(key, claims_of(website, at, **said))


def fault_of(website: Website, token: str, at: datetime = AT) -> str:
    """Of a visitor who comes with it; empty: it counts."""
    try:
        use_token(website, token, at)
    except TokenRefused as error:
        assert "%" not in str(error)
        return str(error.fault)
    return ""


def by_hand(header: Any, payload: Any, signature: bytes = b"") -> str:
    """What no library would make."""
    return ".".join(map(_text, (header, payload, signature)))


def _text(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)
