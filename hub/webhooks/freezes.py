"""Memberships that are frozen, and those that go on again: told of at that second, by hand or by the clock.

Beside a membership's deadline stands whether it was told of as frozen, and when to look at it again; whoever
changes it has that done at once. A hub that was down looks at each instant that it missed. Inside a transaction.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from contract.membership import Detail, State, status_at
from contract.membership import Membership as Meaning
from hub.members import rows
from hub.members.models import Membership
from hub.webhooks import things
from hub.webhooks.drafts import Draft, instant_text, maybe_instant
from hub.webhooks.event_types import EventType
from hub.webhooks.models import Deadline

AT_ONCE: Final = 500


def is_any_due(at: datetime) -> bool:
    return Deadline.objects.filter(look_at__lte=at).exists()


def told(at: datetime) -> list[Draft]:
    """Of those to be looked at by `at`, at most 500, each at its next instant."""
    due = list(Deadline.objects.filter(look_at__lte=at).order_by("look_at")[:AT_ONCE])
    held = things.memberships(each.membership_id for each in due)
    return [draft for each in due for draft in _looked_at(each, held.get(each.membership_id))]


def followed(
    held: Membership, before: Deadline | None, at: datetime, *, is_a_change: bool
) -> tuple[bool, datetime | None]:
    """`frozen` and `look_at` of one as it stands since `at`; how it stood before anybody listened is not told,
    unless it is changed in the seconds before its first `fill`: if it is frozen, that is told then.

    What was to be looked at before that still is.
    """
    meaning = rows.meaning_of(held)
    if before is None and not is_a_change:
        return status_at(meaning, at).detail is Detail.SUSPENDED, _next(meaning, at)
    frozen, look_at = (False, None) if before is None else (before.frozen, before.look_at)
    if not is_a_change:
        return frozen, look_at
    if not frozen and not meaning.freezes:
        return False, None
    return frozen, at if look_at is None else min(look_at, at)


def _looked_at(deadline: Deadline, membership: Membership | None) -> Iterator[Draft]:
    at = deadline.look_at
    if membership is None or at is None:
        deadline.delete()
        return
    meaning = rows.meaning_of(membership)
    status = status_at(meaning, at)
    is_frozen = status.detail is Detail.SUSPENDED
    if is_frozen and not deadline.frozen:
        yield _frozen(membership, meaning, at)
    elif deadline.frozen and status.state is State.ACTIVE:
        yield _draft(EventType.MEMBERSHIP_RESUMED, membership, at)
    deadline.frozen = is_frozen or (deadline.frozen and status.state is State.INACTIVE)
    deadline.look_at = _next(meaning, at)
    deadline.save(update_fields=["frozen", "look_at"])


def _frozen(membership: Membership, meaning: Meaning, at: datetime) -> Draft:
    """`frozen_until` null: until somebody resumes it."""
    ends = (each.until_at for each in meaning.freezes if each.until_at is not None and each.until_at > at)
    return _draft(EventType.MEMBERSHIP_FROZEN, membership, at, frozen_until=maybe_instant(min(ends, default=None)))


def _draft(event_type: EventType, membership: Membership, at: datetime, **said: str | None) -> Draft:
    told_of = things.told_of_membership(membership, at)
    return Draft(event_type, at, f"{membership.pk} {instant_text(at)}", {**said, **told_of})


def _next(meaning: Meaning, after: datetime) -> datetime | None:
    """The next instant at which it may be frozen, or go on."""
    turns = [turn for each in meaning.freezes for turn in (each.from_at, each.until_at) if turn is not None]
    return min((turn for turn in (*turns, meaning.starts_at) if turns and turn > after), default=None)
