"""By what a phone shows that it has a pass: a token that stands in it. Kept nowhere, it follows from card.key."""

import hmac
from functools import cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from hub.cards.models import WalletPass


def authentication_token(wallet_pass: WalletPass) -> str:
    """64 letters; Apple asks for 16 at least, and that it never changes."""
    return hmac.digest(_key(settings.KEYS.card), wallet_pass.serial.encode(), "sha256").hex()


def is_token(wallet_pass: WalletPass, token: str) -> bool:
    return hmac.compare_digest(authentication_token(wallet_pass).encode(), token.encode())


@cache
def _key(card_key: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"doorward wallet pass").derive(card_key)
