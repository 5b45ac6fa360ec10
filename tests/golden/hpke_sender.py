"""A sender of HPKE base mode (RFC 9180) whose ephemeral key can be chosen, which the library rightly lets nobody.

Written from the RFC, so that golden bytes are the same each time, and so that what the library opens is shown to
be the RFC's and not its own. For tests: an ephemeral key that is used twice gives everything away.
"""

import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

# RFC 9180, sections 4.1 and 5.1: DHKEM(X25519, HKDF-SHA256) is 0x20, HKDF-SHA256 1, ChaCha20Poly1305 3.
_KEM: Final = b"KEM\x00\x20"
_SUITE: Final = b"HPKE\x00\x20\x00\x01\x00\x03"


def encrypted_by(ephemeral: bytes, public: bytes, plain: bytes, info: bytes, aad: bytes = b"") -> bytes:
    """The encapsulated key and the ciphertext of a context's first message."""
    private = X25519PrivateKey.from_private_bytes(ephemeral)
    encapsulated = private.public_key().public_bytes_raw()
    exchanged = private.exchange(X25519PublicKey.from_public_bytes(public))
    shared = _expand(_KEM, _extract(_KEM, b"", b"eae_prk", exchanged), b"shared_secret", encapsulated + public, 32)
    context = b"\0" + _extract(_SUITE, b"", b"psk_id_hash", b"") + _extract(_SUITE, b"", b"info_hash", info)
    secret = _extract(_SUITE, shared, b"secret", b"")
    key = _expand(_SUITE, secret, b"key", context, 32)
    nonce = _expand(_SUITE, secret, b"base_nonce", context, 12)
    return encapsulated + ChaCha20Poly1305(key).encrypt(nonce, plain, aad)


def _extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + suite + label + ikm, hashlib.sha256)


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """One block of HKDF-Expand (RFC 5869), which is 32 bytes at most."""
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, labeled + b"\x01", hashlib.sha256)[:length]
