"""`python -m bench.rows_alone HOW ROWS AT_ONCE`: check-ins into the hub's table and nothing else, AT_ONCE a
transaction. HOW: executemany, copy, or hub, which is the hub's own statement. Prints the seconds.

The floor of the hub's database: the table has all its indexes, and what is in it stays.
"""

import os
import secrets
import sys
import time
from collections.abc import Sequence
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402 - models can be imported only after setup()
from django.utils import timezone  # noqa: E402

from bench.sealed_journals import Member, checkin  # noqa: E402
from contract.instants import from_us  # noqa: E402
from hub.checkins import content, statements  # noqa: E402
from hub.fleet.models import Edge  # noqa: E402
from hub.members.models import Membership  # noqa: E402


def _rows(count: int) -> list[tuple[Any, ...]]:
    edges = list(Edge.objects.values_list("pk", flat=True))
    members = [Member(*each) for each in Membership.objects.values_list("customer_id", "pk")]
    journal, received_at = secrets.token_bytes(16), statements.instant_value(timezone.now())
    rows = []
    for number in range(count):
        said = checkin(members, 0.0)
        at = statements.instant_value(from_us(said.at_us))
        edge = edges[number % len(edges)]
        rows.append(
            (edge, journal, number // len(edges) + 1, received_at, None, False, *content.values(said, at, at))
        )
    return rows


def _executemany(rows: Sequence[tuple[Any, ...]]) -> None:
    columns, marks = statements.CHECKIN_COLUMNS, ", ".join(["%s"] * len(statements.CHECKIN_COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO checkins_checkin ({', '.join(columns)}) VALUES ({marks})", rows)


def _copy(rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        columns = ", ".join(statements.CHECKIN_COLUMNS)
        with cursor.copy(f"COPY checkins_checkin ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


if __name__ == "__main__":
    how, count, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rows, write = (
        _rows(count),
        {"executemany": _executemany, "copy": _copy, "hub": statements.insert_checkins}[how],
    )
    connection.ensure_connection()
    begun_s = time.monotonic()
    for start in range(0, count, at_once):
        with transaction.atomic():
            write(rows[start : start + at_once])
    print(time.monotonic() - begun_s)
