"""A POST with an Idempotency-Key is done once: what was answered is kept for a day and answered again.

The kept row is inserted first, in the transaction of all that the request does: a second request with the same key
waits there until the first is committed, or is gone. What was refused has changed nothing, so it is not kept.
"""

import hashlib
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from hub.api.models import ApiToken, KeptAnswer
from hub.api.problems import Kind, Problem

HEADER: Final = "Idempotency-Key"
KEPT: Final = timedelta(hours=24)
_REPLAYED: Final = "Idempotency-Replayed"
_NONCE_BYTES: Final = 12
_BETWEEN: Final = b"\n"
"""The ETag and the answer itself."""
_PRUNE_AT_ONCE: Final = 100
_CONTENT_TYPE: Final = "application/json; charset=utf-8"


class _Undone(Exception):
    """Rolls back what was begun for an answer that is not kept."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__()
        self.answer = answer


def once(
    token: ApiToken, key: str, request: HttpRequest, at: datetime, answer: Callable[[], HttpResponse]
) -> HttpResponse:
    """`answer()`, or what it gave before under this key. Problem: the key was used for another request."""
    asked = _hash(f"{request.method} {request.get_full_path()}\n".encode() + request.body)
    try:
        with transaction.atomic():
            kept = _claim(token, _hash(key.encode()), asked, at)
            if kept.status:
                return _again(kept, asked)
            given = answer()
            if not 200 <= given.status_code < 300:
                raise _Undone(given)
            told = given.headers.get("ETag", "").encode() + _BETWEEN + given.content
            kept.status, kept.answer = given.status_code, _seal(told, asked)
            kept.save(update_fields=["status", "answer"])
            return given
    except _Undone as undone:
        return undone.answer


def _claim(token: ApiToken, key: bytes, asked: bytes, at: datetime) -> KeptAnswer:
    _prune(at)
    mine = KeptAnswer.objects.filter(token=token, key_hash=key)
    mine.filter(at__lte=at - KEPT).delete()
    KeptAnswer.objects.bulk_create(
        [KeptAnswer(token=token, key_hash=key, request_hash=asked, at=at)], ignore_conflicts=True
    )
    return mine.get()


def _again(kept: KeptAnswer, asked: bytes) -> HttpResponse:
    if bytes(kept.request_hash) != asked:
        raise Problem(Kind.KEY_REUSED, "use another key for another request, and the same for the same")
    etag, _between, body = _open(bytes(kept.answer), asked).partition(_BETWEEN)
    headers = {_REPLAYED: "true"} | ({"ETag": etag.decode()} if etag else {})
    return HttpResponse(body, _CONTENT_TYPE, kept.status, headers=headers)


def _prune(at: datetime) -> None:
    """Those of a day ago; what another request holds is not waited for."""
    old = KeptAnswer.objects.filter(at__lte=at - KEPT).select_for_update(skip_locked=True)
    KeptAnswer.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_PRUNE_AT_ONCE])).delete()


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _key() -> AESGCM:
    """Of its own, apart from that of cards' codes."""
    return AESGCM(HKDF(hashes.SHA256(), 32, None, b"doorward api answers").derive(settings.KEYS.card))


def _seal(body: bytes, asked: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _key().encrypt(nonce, body, asked)


def _open(sealed: bytes, asked: bytes) -> bytes:
    return _key().decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], asked)
