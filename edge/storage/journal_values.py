"""A row of the journal as its columns: the body, and beside it what is asked of many rows at once."""

from contract.effects import passage_of, use_of
from contract.messages import CheckIn, Journaled, Lost, MessageError, Void, decode_journaled, encode

Values = tuple[bool, bytes, str | None, bytes | None, int | None]
"""counted, body, reader, card, step: as journal_tables.APPEND takes them."""


def values_of(row: Journaled) -> Values:
    return (_makes_facts(row), encode(row), *_step_used_up(row))


def own_row(body: bytes) -> CheckIn | Void | None:
    """Of a row that facts are made of. None: its bytes have changed on the disk, where SQLite cannot notice; the
    hub, which is sent it all the same, refuses it and says so."""
    try:
        row = decode_journaled(body)
    except MessageError:
        return None
    assert not isinstance(row, Lost)
    return row


def _makes_facts(row: Journaled) -> bool:
    if isinstance(row, CheckIn):
        return use_of(row) is not None or passage_of(row) is not None
    return isinstance(row, Void)


def _step_used_up(row: Journaled) -> tuple[str, bytes, int] | tuple[None, None, None]:
    """By being shown, whatever came of it."""
    if not isinstance(row, CheckIn) or row.step is None:
        return None, None, None
    return row.reader, row.code_hash, row.step
