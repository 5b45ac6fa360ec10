"""Keys that websites sign with: made here and handed over once as a JSON Web Key (RFC 7517), or the public half
that somebody pastes. Pure.

One line of JSON is the whole key for a backend in any language: the private part, its `kid` and its algorithm.
"""

import base64
import binascii
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.utils.translation import gettext as _

from hub.errors import HubError

SECRET_BYTES: Final = 32
"""As long as what HS256 makes of it (RFC 7518, section 3.2)."""
PASTED_LETTERS_MAX: Final = 2_000
_KEY_BYTES: Final = 32
_URL_SAFE: Final = str.maketrans("-_", "+/")
_FIELD: Final = 2**255 - 19
_ORDER_8: Final = (
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
)
_WEAK: Final = frozenset({0, 1, _FIELD - 1, *_ORDER_8})
"""The y of all points of small order (RFC 7748, section 7): anybody could sign for such a key."""


class KeyRefused(HubError):
    """What was pasted is no public key to use; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Pair:
    """`private`: the seed of RFC 8032, section 5.1.5."""

    public: bytes
    private: bytes = field(repr=False)


def new_pair() -> Pair:
    made = Ed25519PrivateKey.generate()
    return Pair(made.public_key().public_bytes_raw(), made.private_bytes_raw())


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def jwk_of_pair(pair: Pair, kid: str) -> str:
    """RFC 8037, section 2."""
    halves = {"x": _text(pair.public), "d": _text(pair.private)}
    return json.dumps({"kty": "OKP", "crv": "Ed25519", **halves, "alg": "EdDSA", "kid": kid})


def jwk_of_secret(secret: bytes, kid: str) -> str:
    return json.dumps({"kty": "oct", "k": _text(secret), "alg": "HS256", "kid": kid})


def public_key_in(pasted: str) -> bytes:
    """The 32 bytes of an Ed25519 public key: PEM, a JSON Web Key, or the bytes in base64. KeyRefused."""
    text = pasted.strip()
    if len(text) > PASTED_LETTERS_MAX:
        raise KeyRefused(_("This is too long for an Ed25519 public key."))
    if "PRIVATE KEY" in text:
        raise KeyRefused(_private())
    if text.startswith("-----"):
        found = _of_pem(text)
    elif text.startswith("{"):
        found = _of_jwk(text)
    else:
        found = _bytes(re.sub(r"\s", "", text))
    if _is_weak(found):
        raise KeyRefused(_("Anybody could sign for this key: it is empty or made to be weak. Make a new pair."))
    return found


def _of_pem(text: str) -> bytes:
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefused(_unreadable()) from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyRefused(_("This is another kind of key: an Ed25519 public key is needed."))
    return key.public_bytes_raw()


def _of_jwk(text: str) -> bytes:
    try:
        said: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise KeyRefused(_unreadable()) from error
    if said.get("d") or said.get("k"):
        raise KeyRefused(_private())
    if (said.get("kty"), said.get("crv")) != ("OKP", "Ed25519"):
        raise KeyRefused(_("This is another kind of key: an Ed25519 public key is needed."))
    return _bytes(str(said.get("x", "")))


def _bytes(text: str) -> bytes:
    """Of base64 in either alphabet, padded or not."""
    plain = text.rstrip("=").translate(_URL_SAFE)
    try:
        found = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyRefused(_unreadable()) from error
    if len(found) != _KEY_BYTES:
        raise KeyRefused(_("An Ed25519 public key has 32 bytes; this has %(count)d.") % {"count": len(found)})
    return found


def _is_weak(public: bytes) -> bool:
    y = int.from_bytes(public, "little") & (2**255 - 1)
    return y % _FIELD in _WEAK


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _private() -> str:
    return _(
        "This is a private key, which only the website may have. Use it no longer: make a new pair and paste"
        " its public key."
    )


def _unreadable() -> str:
    return _("This is no key: paste an Ed25519 public key as PEM, as a JSON Web Key or in base64.")
