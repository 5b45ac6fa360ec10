"""Secrets that go out and come back: known here by their hashes."""

import secrets
from hashlib import sha256
from typing import Final

from django.utils.crypto import salted_hmac

_BYTES: Final = 32
_LETTERS_MAX: Final = 200


def new_secret() -> str:
    return secrets.token_urlsafe(_BYTES)


def hash_of(secret: str) -> bytes:
    return sha256(secret[:_LETTERS_MAX].encode()).digest()


def seed_of(code: str, state: str) -> str:
    """What a phone that proves by this code on this page has as its session's secret: told twice, it is one."""
    return salted_hmac("hub.accounts.session", f"{code} {state}", algorithm="sha256").hexdigest()


def hash_of_code(code: str, state: str) -> bytes:
    """Under the hub's own key, and of one ceremony: of a few digits alone it would be found by trying all."""
    return salted_hmac("hub.accounts.code", f"{code} {state}", algorithm="sha256").digest()
