from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class FeedConfig(AppConfig):
    name = "hub.feed"
    label = "feed"
    verbose_name = "Feed"

    def ready(self) -> None:
        connection_created.connect(_forgo_jit)


def _forgo_jit(connection: Any, **_: Any) -> None:
    """PostgreSQL expects far more rows of ranges of keys than there are (hub/feed/lookup_statement.py), and would
    compile a question for 50 ms that takes 1 ms to answer."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
