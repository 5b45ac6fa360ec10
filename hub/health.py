"""`/healthz`: whether this process answers. `/readyz`: whether it can serve, and whether the rest is well.

Asked often and by anybody who reaches the hub, so both are light and say nothing but these words.
"""

import shutil
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from hub.fleet.workers import workers_shown

OK: Final = "ok"
_DISK_FREE_BYTES: Final = 200_000_000
"""Less is trouble: a backup or an index of a small club would fill it."""


def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": OK})


def readyz(request: HttpRequest) -> JsonResponse:
    """503 where pages cannot be served. A worker that is away or a full disk is told, and is no reason to send
    people elsewhere: `well` is false then."""
    at = timezone.now()
    needed = {"database": _database(), "migrations": _migrations()}
    others = {"worker": _worker(at), "disk": _disk()}
    checks = needed | others
    ready = set(needed.values()) == {OK}
    said = {"ready": ready, "well": set(checks.values()) == {OK}, "checks": checks}
    return JsonResponse(said, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return OK


def _migrations() -> str:
    """Those of a newer version do no harm here."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except DatabaseError:
        return "unknown"
    return OK if applied >= _known() else "run doorward-hub init"


@lru_cache(maxsize=1)
def _known() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.nodes)


def _worker(at: datetime) -> str:
    try:
        return workers_shown(at).trouble or OK
    except DatabaseError:
        return "unknown"


def _disk() -> str:
    """Of the hub's data; that of a PostgreSQL elsewhere is not seen from here."""
    try:
        free = shutil.disk_usage(settings.ENVIRONMENT.data).free
    except OSError:
        return "unknown"
    return OK if free >= _DISK_FREE_BYTES else "nearly full"
