"""Optimistic concurrency: an ETag for what a thing looks like, and If-Match on its changes (RFC 9110, 8.8.3)."""

import hashlib
import json
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest

from hub.api.problems import Kind, Problem

HEADER: Final = "If-Match"


def etag_of(shown: dict[str, Any]) -> str:
    told = json.dumps(shown, cls=DjangoJSONEncoder, sort_keys=True)
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def check(request: HttpRequest, shown: dict[str, Any]) -> None:
    """Problem: it is another than the one that is to be changed. Without If-Match the last one to write wins."""
    wanted = request.headers.get(HEADER)
    if wanted is None or wanted.strip() == "*":
        return
    if etag_of(shown) not in [each.strip() for each in wanted.split(",")]:
        raise Problem(Kind.CHANGED_MEANWHILE, "read it again, and send its new ETag as If-Match")
