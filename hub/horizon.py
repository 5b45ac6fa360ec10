"""Up to which number a table that only grows is settled: no row with a smaller number can still appear.

Numbers are given as rows are written and rows are seen as their transactions end, so on PostgreSQL a later number
may be seen first. (Entries of memberships and links are written while everybody's feed is held, in one order; two
workers' check-ins are not.) What was numbered before a transaction began is settled once every transaction that
was begun before it has ended. SQLite has one writer at a time: there all that is seen is settled.
"""

from django.db import connection
from django.db.models import Max, Model


class Horizon:
    """Of one table, for one reader of it; its primary key are the numbers."""

    def __init__(self, model: type[Model]) -> None:
        self._model = model
        self._settled = 0
        self._asked: tuple[int, int] | None = None
        """A number, and a transaction that began when it was the newest that was seen."""

    def settled(self, upto: int) -> int:
        """The highest number that is settled; `upto`, where nothing is new. To be called outside transactions."""
        newest = newest_number(self._model)
        if newest <= upto or connection.vendor != "postgresql":
            return max(newest, upto)
        if self._asked is None:
            self._asked = newest, _ask("SELECT pg_current_xact_id()::text")
        number, transaction_id = self._asked
        if _ask("SELECT pg_snapshot_xmin(pg_current_snapshot())::text") >= transaction_id:
            self._settled, self._asked = number, None
        return max(self._settled, upto)


def newest_number(model: type[Model]) -> int:
    return model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0


def _ask(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])
