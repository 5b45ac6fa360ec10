"""What staff do about check-ins: void them with a reason, and let people in again whom anti-passback holds out.

In transactions of at most 1,000, under the locks of all feeds (operations.py tells their order).
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from contract.effects import counts
from contract.feed import CHECKIN_ID_BYTES, Kind, customer_key
from contract.reasons import Outcome
from hub.audit import operations as audit
from hub.checkins import content, passages, voids
from hub.checkins.consequences import move_uses
from hub.checkins.models import CheckIn
from hub.errors import HubError
from hub.feed import operations as feed
from hub.feed import queries as feeds
from hub.feed.operations import EVERYONE
from hub.members.models import Customer

REASON_LETTERS_MAX: Final = 200
_AT_ONCE: Final = 1_000


class ReasonMissing(HubError):
    """Staff void a check-in with a reason, or not at all."""


def void_checkins(checkins: Iterable[CheckIn], reason: str, by: Any, at: datetime) -> list[CheckIn]:
    """They stand and count no more, for `reason`; `by` is a user. Those that are voided now.

    Those voided before stay as they are, and one that was denied used nothing up: both are passed over.
    ReasonMissing.
    """
    why = " ".join(reason.split())
    if not (why.isprintable() and 1 <= len(why) <= REASON_LETTERS_MAX):
        raise ReasonMissing(_("say why it is voided, in 1 to %(most)s letters") % {"most": REASON_LETTERS_MAX})
    numbers = sorted(checkin.number for checkin in checkins)
    chunks = (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))
    return [voided for chunk in chunks for voided in _void(chunk, why, by, at)]


def reset_passages(customers: Iterable[Customer], at: datetime) -> list[Customer]:
    """They count as outside of every area from `at` on, for anti-passback. Those of whom a passage was known."""
    asked = list(customers)
    reset = []
    for start in range(0, len(asked), _AT_ONCE):
        reset += _reset(asked[start : start + _AT_ONCE], at)
    return reset


def _void(numbers: Sequence[int], reason: str, by: Any, at: datetime) -> list[CheckIn]:
    with transaction.atomic():
        feed.hold_all()
        standing = CheckIn.objects.filter(number__in=numbers, voided_at=None, outcome=Outcome.GRANTED.value)
        found = list(standing.order_by("number"))
        for each in found:
            voids.mark(each, at, reason, by)
        voids.save(found)
        audit.note_many("voided", found, {"reason": reason})
        counted = [content.use_of(each) for each in found if counts(each.outcome, each.counted)]
        move_uses([], [use for use in counted if use is not None])
    return found


def _reset(customers: Sequence[Customer], at: datetime) -> list[Customer]:
    with transaction.atomic():
        feed.hold_all()
        keys = {each.pk: _passage_keys(each.pk) for each in customers}
        known = [key for some in keys.values() for key in some]
        feed.append_to_all(passages.reset(known, (secrets.token_bytes(CHECKIN_ID_BYTES) for _ in known), at))
        reset = [each for each in customers if keys[each.pk]]
        audit.note_many("let in again", reset, {})
    return reset


def _passage_keys(customer_id: int) -> list[bytes]:
    return [key for key, _ in feeds.live_keys_starting(EVERYONE, Kind.PASSAGE, customer_key(customer_id))]
