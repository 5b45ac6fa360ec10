"""Check-ins that are made at the hub itself: written down as an edge's are, with all that follows from them, and
undone by whoever made a mistake: on the same day at the desk, within 15 minutes on a page.

What is decided is handed in (hub/decisions/checkin_operations.py decides); the caller holds the feeds, so that
what was decided still holds when it is written. `at` is the caller's.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from contract.ask import Ask
from contract.calendar import Calendar, day_of
from contract.decision import Decision
from contract.effects import VOID_WITHIN
from contract.feed import CHECKIN_ID_BYTES
from contract.instants import to_us
from contract.membership import HolderKind
from contract.messages import OWN_USES_MAX
from contract.messages import CheckIn as CheckInMessage
from hub.checkins import benefits, content, touched
from hub.checkins.consequences import Came, bring_about
from hub.checkins.models import CheckIn, HubJournal
from hub.checkins.staff_operations import void_checkins
from hub.errors import HubError
from hub.fleet import rows
from hub.fleet.models import Site

AT_THE_DESK: Final = "undone at the desk"
ON_THE_PAGE: Final = "undone on the scan page"
_JOURNAL_ID_BYTES: Final = 16


class NotUndone(HubError):
    """Why a check-in cannot be undone at the desk; the text says what to do instead."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The code that was scanned: its lookup hash, and what may be told of it. Without one a customer was named."""

    code_hash: bytes = b""
    code_length: int = 0
    code_classes: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What a check-in is beside its decision. `who`: the customer's id; None: nobody known. `name`: what stands
    for a reader. `held`: ids of the uses that were held free for others and counted."""

    id: bytes
    who: int | None
    name: str
    by: Any
    site: Site | None = None
    shown: Shown = Shown()
    held: Collection[bytes] = ()


def record(ask: Ask, decision: Decision, made: Made, at: datetime) -> CheckIn:
    """Stands from now on, as a use in the feeds where it is one. Inside a transaction that holds all feeds."""
    message = _message(ask, decision, made, at)
    plan, of_benefit = decision.plan, benefits.is_of_benefit(message, benefits.slugs())
    checkin = CheckIn(
        edge=None,
        received_at=at,
        checked_in_by=made.by,
        hub_site=made.site,
        plan_id=None if plan is None else plan.id,
        of_benefit=of_benefit,
        **_next_place(),
        **dict(zip(content.COLUMNS, content.values(message, at, at), strict=True)),
    )
    checkin.save(force_insert=True)
    touched.note([at])
    bring_about([Came(message, at, of_benefit)], [])
    checkin.refresh_from_db(fields=["is_use", "is_pool_use", "over_limit"])
    return checkin


def undo(checkin: CheckIn, by: Any, at: datetime) -> CheckIn:
    """It stands and counts no more. NotUndone: made at an edge, by somebody else (but for who may void any), on
    another day, denied, or undone already."""
    if checkin.edge_id is not None:
        raise NotUndone(_("It was made at a reader: staff may void it, with a reason."))
    if checkin.checked_in_by_id != by.pk and not by.has_perm("checkins.void_checkin"):
        raise NotUndone(_("Somebody else made it: they may undo it, or staff may void it, with a reason."))
    calendar = Calendar() if checkin.hub_site is None else rows.calendar_of(checkin.hub_site)
    if day_of(calendar, checkin.at) != day_of(calendar, at):
        raise NotUndone(_("Only check-ins of today can be undone here: staff may void it, with a reason."))
    if not void_checkins([checkin], AT_THE_DESK, by, at):
        raise NotUndone(_("There is nothing to undo: it was denied, or is undone already."))
    return CheckIn.objects.get(pk=checkin.pk)


def undo_press(checkin: CheckIn, at: datetime) -> CheckIn:
    """By whoever pressed, which the caller knows. NotUndone: after VOID_WITHIN, denied, or undone already."""
    if checkin.edge_id is not None or not timedelta(0) <= at - checkin.at <= VOID_WITHIN:
        raise NotUndone(_("It is too late to undo this here: staff may void it."))
    if not void_checkins([checkin], ON_THE_PAGE, checkin.checked_in_by, at):
        raise NotUndone(_("There is nothing to undo: it was denied, or is undone already."))
    return CheckIn.objects.get(pk=checkin.pk)


def _message(ask: Ask, decision: Decision, made: Made, at: datetime) -> CheckInMessage:
    """What an edge would say of it."""
    membership, position = decision.membership, decision.decided_from
    company = membership is not None and membership.holder.kind is HolderKind.COMPANY
    return CheckInMessage(
        id=made.id,
        at_us=to_us(at),
        reader=made.name,
        outcome=decision.outcome.value,
        reason=decision.reason.value,
        permission=ask.permission,
        mode=ask.mode.value,
        counted=decision.counted,
        code_hash=made.shown.code_hash,
        code_length=made.shown.code_length,
        code_classes=made.shown.code_classes,
        detail=decision.detail and decision.detail.value,
        customer=made.who,
        membership=membership and membership.id,
        remaining=decision.remaining,
        feed=position and position.feed,
        epoch=position and position.epoch,
        sequence=position and position.sequence,
        policy=ask.policy,
        circumstances=ask.circumstances,
        company=membership.holder.id if membership is not None and company else None,
        own_uses=sorted(made.held)[:OWN_USES_MAX],
        inside_already=decision.inside_already,
    )


def _next_place() -> dict[str, Any]:
    """In the hub's own journal, which the feeds' locks keep to one at a time."""
    journal = HubJournal.objects.first() or HubJournal(journal=secrets.token_bytes(_JOURNAL_ID_BYTES))
    journal.sequence += 1
    journal.save()
    return {"journal": bytes(journal.journal), "sequence": journal.sequence}


def new_id() -> bytes:
    return secrets.token_bytes(CHECKIN_ID_BYTES)
