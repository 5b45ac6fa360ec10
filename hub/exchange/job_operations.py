"""Every write to imports: a file taken in, looked through and written piece by piece, ended, forgotten.

Each piece is one transaction, its mark of progress included: whoever is cut off leaves whole pieces, and whoever
goes on begins with the next. One works at a time; what a runner does after another took over counts for nothing.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.audit.acting import Actor, ActorKind, acting, who_acts
from hub.errors import HubError
from hub.exchange.catalogue import kind_called
from hub.exchange.drafts import Draft, Outcome
from hub.exchange.intake import Taken, look_at, pieces_of, unpacked
from hub.exchange.models import Job, Piece
from hub.exchange.reading import Unreadable, check_size
from hub.exchange.sealed import opened, sealed
from hub.feed.newest import moved_since, positions
from hub.members.writing import writing

LEASE: Final = timedelta(seconds=45)
"""Whoever has said nothing for so long works no more. A piece takes a second, ten on a small machine."""
KEPT: Final = timedelta(days=7)
_AT_WORK: Final = (Job.State.CHECKING, Job.State.WRITING)


class Refused(HubError):
    """It cannot be done now; the text says why and what to do."""


def take_in(kind: str, file: IO[bytes], size: int, at: datetime, **said: Any) -> Job:
    """`said`: file_name, zone (its name) and day_first. hub.exchange.reading.Unreadable: nothing is kept of it.

    Many short transactions: nobody waits while a large file is read.
    """
    check_size(size)
    forget_old(at)
    handled = kind_called(kind)(ZoneInfo(said["zone"]), said["day_first"])
    taken, actor = look_at(file, handled), who_acts()
    job = Job(kind=kind, file_name=said["file_name"][:200], made_at=at, began_at=at, beat_at=at)
    job.form = _form(taken) | {"zone": said["zone"], "day_first": said["day_first"]}
    job.actor_kind, job.actor, job.user_id = actor.kind.value, actor.name[:200], actor.user_id
    job.save()
    try:
        for number, rows in enumerate(pieces_of(file, taken, handled)):
            Piece.objects.create(job=job, number=number, rows=sealed(rows))
            job.pieces_all, job.rows = number + 1, job.rows + len(rows)
        if not job.rows:
            raise Unreadable(_("The file has a header and no rows."))
    except Unreadable:
        forget(job)
        raise
    job.state = Job.State.CHECKING
    job.save()
    return job


def begin_writing(job: Job, skip_bad: bool, at: datetime) -> None:
    """Refused: it was not looked through yet, or has bad rows that nobody said to skip."""
    with writing():
        held = _held(job)
        if held.state != Job.State.CHECKED:
            raise Refused(_("This file is not ready to be imported: look at it again."))
        if held.wrong and not skip_bad:
            raise Refused(_("Some rows cannot be imported: correct them, or choose to skip them."))
        held.form["began_at"] = list(positions().items())
        held.state, held.skip_bad, held.beat_at = Job.State.WRITING, skip_bad, at - LEASE
        held.pieces_done = held.rows_done = held.new = held.changed = held.unchanged = held.wrong = 0
        held.save()


def claim(job: Job, at: datetime) -> str:
    """The name under which the caller works on it from now on. Refused: somebody does already."""
    with writing():
        held = _held(job)
        if held.state not in _AT_WORK:
            raise Refused(_("There is nothing left to do in this import."))
        if busy := Job.objects.filter(state__in=_AT_WORK, beat_at__gt=at - LEASE).exclude(runner="").first():
            raise Refused(
                _("Import %(number)d is at work: one goes at a time. Wait until it has ended.")
                % {"number": busy.pk}
            )
        held.runner, held.halted = secrets.token_hex(8), ""
        held.began_at = held.beat_at = at
        held.began_rows = held.rows_done
        held.save()
        return held.runner


def step(job_id: int, runner: str, at: datetime) -> bool:
    """The next piece. False: it has ended, halted, or is another one's now."""
    job = Job.objects.filter(pk=job_id, runner=runner, state__in=_AT_WORK).first()
    if job is None:
        return False
    actor = Actor(ActorKind(job.actor_kind), job.actor, job.user_id)
    with acting(actor), override(job.form["language"]):
        return _check_next(job, at) if job.state == Job.State.CHECKING else _write_next(job, at)


def halt(job_id: int, runner: str, why: str) -> None:
    """It stops before its end, for a reason that people can read; it can be gone on with."""
    Job.objects.filter(pk=job_id, runner=runner).update(halted=why, runner="")


def forget_old(at: datetime) -> int:
    """Rows and names of files that are older than a week go; that something was imported stays known."""
    old = Job.objects.filter(made_at__lt=at - KEPT)
    gone, _each = Piece.objects.filter(job__in=old).delete()
    old.exclude(file_name="").update(file_name="", runner="")
    return gone


def forget(job: Job) -> None:
    """A file that nobody wants to import any more, or that has been."""
    with transaction.atomic():
        held = _held(job)
        held.pieces.all().delete()
        held.delete()


def _form(taken: Taken) -> dict[str, Any]:
    return {
        "encoding": taken.form.encoding,
        "separator": taken.form.separator,
        "guessed": taken.form.guessed,
        "columns": [name for name in taken.columns if name],
        "ignored": list(taken.ignored),
        "language": get_language(),
    }


def _check_next(job: Job, at: datetime) -> bool:
    piece = _piece(job)
    drafts = _drafts(job, piece, at)
    with transaction.atomic():
        held = Job.objects.select_for_update().filter(pk=job.pk, runner=job.runner).first()
        return held is not None and _counted(held, piece, drafts, at)


def _write_next(job: Job, at: datetime) -> bool:
    with writing():
        held = Job.objects.select_for_update().filter(pk=job.pk, runner=job.runner).first()
        if held is None:
            return False
        piece = _piece(held)
        drafts = _drafts(held, piece, at)
        wrong = next((each for each in drafts if each.errors), None)
        if wrong is not None and not held.skip_bad:
            text = _("Line %(line)d was right and is not any more: %(why)s Rows before it are imported.")
            held.halted, held.runner = text % {"line": wrong.row.line, "why": wrong.errors[0][1]}, ""
            held.save()
            return False
        _kind(held).write(drafts)
        return _counted(held, piece, drafts, at)


def _counted(job: Job, piece: Piece, drafts: Sequence[Draft], at: datetime) -> bool:
    """Whether there is more to do."""
    for each in Outcome:
        count = sum(draft.outcome is each for draft in drafts)
        setattr(piece, each.value, count)
        setattr(job, each.value, getattr(job, each.value) + count)
    piece.found = sealed([_shown(draft) for draft in drafts])
    piece.save()
    job.pieces_done, job.rows_done, job.beat_at = job.pieces_done + 1, job.rows_done + len(drafts), at
    has_more = job.pieces_done < job.pieces_all
    if not has_more:
        _end(job, at)
    job.save()
    return has_more


def _end(job: Job, at: datetime) -> None:
    job.runner = ""
    if job.state == Job.State.CHECKING:
        job.state = Job.State.CHECKED
        return
    job.state, job.ended_at = Job.State.DONE, at
    job.form["ended_at"] = list(moved_since(dict(job.form["began_at"])).items())
    audit.note("imported", job, None, {each.value: getattr(job, each.value) for each in Outcome})


def _shown(draft: Draft) -> list[Any]:
    return [draft.row.line, draft.outcome.value, draft.changes, draft.errors]


def _drafts(job: Job, piece: Piece, at: datetime) -> list[Draft]:
    return _kind(job).draft(unpacked(opened(piece.rows)), at)


def _kind(job: Job) -> Any:
    return kind_called(job.kind)(ZoneInfo(job.form["zone"]), job.form["day_first"])


def _piece(job: Job) -> Piece:
    return job.pieces.get(number=job.pieces_done)


def _held(job: Job) -> Job:
    held = Job.objects.select_for_update().filter(pk=job.pk).first()
    if held is None:
        raise Refused(_("This import is gone: choose the file again."))
    return held
