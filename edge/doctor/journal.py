"""The check-ins that this edge keeps: whether they can be read, and how many the hub does not have yet."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from edge.doctor.findings import Finding, failure, ok, warning
from edge.doctor.patient import Patient
from edge.storage.inspection import JournalSeen, Unreadable, look_at_journal
from edge.storage.journal_tables import FORMAT

LATE: Final = timedelta(minutes=10)
"""A hub that is up acknowledges within a second."""


def rows(patient: Patient) -> Iterator[Finding]:
    path = patient.state_dir / "journal.db"
    if not path.exists():
        why = "it is made when the edge first runs; if it did run here, its check-ins are gone"
        yield warning("journal.file", "there is no journal", why, "start the edge")
        return
    try:
        seen = look_at_journal(path)
    except Unreadable as error:
        why = "what the hub has not acknowledged may be lost"
        to_do = "copy journal.db* elsewhere, then start the edge anew: it saves all rows that can be read"
        yield failure("journal.file", str(error), why, to_do)
        return
    if seen.format > FORMAT:
        what = f"journal.db is of format {seen.format}; this Doorward knows {FORMAT}"
        why = "a newer Doorward wrote it, and this one does not start on it"
        yield failure("journal.file", what, why, "install the newer Doorward again")
        return
    yield ok(
        "journal.file", f"{_rows(seen.rows)}, {seen.bytes / 1e6:.1f} MB, each page sound; id {seen.id.hex()[:8]}…"
    )
    yield _unacked(seen, patient)


def _unacked(seen: JournalSeen, patient: Patient) -> Finding:
    if not seen.unacked:
        return ok("journal.unacked", "the hub has all of it")
    since = seen.unacked_since
    # What is of a time to come was made by a clock that was ahead: how long it has waited is not known.
    if since is not None and abs(patient.known.at - since) < LATE:
        return ok("journal.unacked", f"{_rows(seen.unacked)} of the last minutes on the way to the hub")
    told = "" if since is None else f", the oldest from {since:%Y-%m-%d %H:%M} UTC"
    return warning(
        "journal.unacked",
        f"the hub has not acknowledged {_rows(seen.unacked)}{told}",
        "they are kept until it has, and count here already",
        "let the edge reach its hub: broker.* says what is in the way; don't take this card out for good before",
    )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
