"""Memberships that expire by themselves are told of when they do, to the second, each time once.

A deadline is when a membership is over as it stands: contract.membership says it, and whoever changes a membership
leaves an audit entry, by which its deadline is computed anew. Before anybody is told, the membership is asked
again. So a renewal in time prevents it, and a hub that was down tells what it missed. Inside a transaction.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from contract.membership import expires_at
from hub.audit.models import Entry
from hub.members import rows
from hub.members.models import Membership
from hub.webhooks import freezes, things
from hub.webhooks.drafts import Draft, instant_text
from hub.webhooks.entries import membership_touched
from hub.webhooks.event_types import EventType
from hub.webhooks.models import Deadline, Progress

AT_ONCE: Final = 500


def follow(entries: Iterable[Entry]) -> None:
    """Deadlines of the memberships that these are about, as they stand now."""
    first: dict[int, Entry] = {}
    for entry in entries:
        membership = membership_touched(entry)
        if membership is not None:
            first.setdefault(membership, entry)
    _set({pk: (each.at, each.number) for pk, each in first.items()})


def fill(progress: Progress) -> bool:
    """The next memberships that were there before anybody followed them. Whether there were any."""
    if progress.filled_upto is None:
        return False
    of_these = Membership.objects.filter(pk__gt=progress.filled_upto).order_by("pk")
    ids = list(of_these.values_list("pk", flat=True)[:AT_ONCE])
    _set(dict.fromkeys(ids, (progress.began_at, 0)))
    progress.filled_upto = ids[-1] if ids else None
    return bool(ids)


def is_any_due(at: datetime) -> bool:
    return Deadline.objects.filter(over=False, at__lte=at).exists()


def expired(at: datetime) -> list[Draft]:
    """Of those that are over by `at` and were not told of, at most 500; the deadlines of others are put right."""
    due = list(Deadline.objects.filter(over=False, at__lte=at).order_by("at")[:AT_ONCE])
    held = things.memberships(each.membership_id for each in due)
    return list(_told(due, held))


def _told(due: Iterable[Deadline], held: Mapping[int, Membership]) -> Iterator[Draft]:
    for deadline in due:
        membership = held.get(deadline.membership_id)
        over_at = None if membership is None else expires_at(rows.meaning_of(membership))
        if membership is None:
            deadline.delete()
        elif over_at is None or over_at != deadline.at:
            deadline.at = over_at
            deadline.save(update_fields=["at"])
        else:
            deadline.over = True
            deadline.save(update_fields=["over"])
            yield _draft(membership, over_at, deadline)


def _draft(held: Membership, over_at: datetime, deadline: Deadline) -> Draft:
    told = things.told_of_membership(held, over_at)
    about = f"{held.pk} {instant_text(over_at)} {deadline.set_by}"
    return Draft(EventType.MEMBERSHIP_EXPIRED, over_at, about, {"reason": told["membership"]["detail"], **told})


def _set(wanted: Mapping[int, tuple[datetime, int]]) -> None:
    """Of each membership: since when it stands as it does, and the entry that says so."""
    held = things.memberships(wanted)
    known = Deadline.objects.in_bulk(list(wanted))
    Deadline.objects.filter(pk__in=wanted.keys() - held.keys()).delete()
    deadlines = [_standing(membership, known.get(pk), *wanted[pk]) for pk, membership in held.items()]
    Deadline.objects.bulk_create(
        deadlines,
        update_conflicts=True,
        unique_fields=["membership_id"],
        update_fields=["at", "over", "set_by", "frozen", "look_at"],
    )


def _standing(held: Membership, before: Deadline | None, changed_at: datetime, entry: int) -> Deadline:
    """Entry 0: it is no change."""
    deadline = _deadline(held, before, changed_at, entry)
    deadline.frozen, deadline.look_at = freezes.followed(held, before, changed_at, is_a_change=entry > 0)
    return deadline


def _deadline(held: Membership, before: Deadline | None, changed_at: datetime, entry: int) -> Deadline:
    """One that was over before the change and still is, is told of no more; one that begins like that, never."""
    over_at = expires_at(rows.meaning_of(held))
    if before is not None and before.at == over_at:
        entry = before.set_by
    was_over = before is None or before.over
    over = was_over and over_at is not None and over_at <= changed_at
    return Deadline(membership_id=held.pk, at=over_at, over=over, set_by=entry)
