"""Who is logged in at the website, said to the hub: a JWT for each page, as docs/website-tokens.md has it.

By HS256, which Python signs with what it brings along. Knows no pages.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field

_LASTS_S = 120


@dataclass(frozen=True)
class Known:
    """What the website has from its page at the hub. `key`: the JSON Web Key, as it was copied."""

    hub: str
    issuer: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class Visitor:
    """Of the website's own login. `number` never changes and is never given to somebody else."""

    number: str
    name: str
    email: str


def token_for(visitor: Visitor, known: Known) -> str:
    key, now = json.loads(known.key), int(time.time())
    header = {"alg": key["alg"], "kid": key["kid"], "typ": "JWT"}
    claims = {
        **{"iss": known.issuer, "aud": known.hub, "sub": visitor.number},
        **{"iat": now, "exp": now + _LASTS_S, "jti": secrets.token_hex(16)},
        **{"email": visitor.email, "name": visitor.name},
    }
    unsigned = f"{_text(json.dumps(header).encode())}.{_text(json.dumps(claims).encode())}"
    secret = base64.urlsafe_b64decode(key["k"] + "=" * (-len(key["k"]) % 4))
    return f"{unsigned}.{_text(hmac.digest(secret, unsigned.encode(), hashlib.sha256))}"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
