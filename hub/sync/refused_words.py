"""What the database will not take of an edge's words: dropped with a word, so that it holds no other edge up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import DataError, Error, IntegrityError

from hub.sync.log import Log

REFUSALS: Final[tuple[type[Error], ...]] = (DataError, IntegrityError)
"""They come again however often the same is tried; every other error means that the database is gone."""


@contextmanager
def dropped_if_refused(log: Log, edge: str) -> Iterator[None]:
    """Around all that brings one edge's words to the database, in a transaction of their own."""
    try:
        yield
    except REFUSALS as error:
        log.dropped("database_refused", type(error).__name__, edge)
