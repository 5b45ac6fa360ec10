"""From entries of the audit log to events of memberships and links. Reads what is there now; decides nothing.

An entry's fields that refer to something are as hub.audit writes them: its name, and its number as in (#7). Of
who is deleted the log forgets the fields, and keeps the ids and what was done.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime

from contract.membership import AtEnd, Detail, State
from hub.audit.models import Entry
from hub.members.models import Freeze, Membership
from hub.webhooks import things
from hub.webhooks.drafts import Draft, instant_text
from hub.webhooks.event_types import EventType

KINDS: Final = ("membership", "link", "freeze")
_NUMBER: Final = re.compile(r"\(#(\d+)\)$")
_CREATED, _CHANGED, _DELETED = "created", "changed", "deleted"
_Named = tuple[EventType, str]
"""An event and its reason."""
_BY_ACTION: Final[dict[str, _Named]] = {
    _CREATED: (EventType.MEMBERSHIP_CREATED, "created"),
    "renewed": (EventType.MEMBERSHIP_RENEWED, "extended"),
    "paid": (EventType.MEMBERSHIP_RENEWED, "paid"),
    "uncancelled": (EventType.MEMBERSHIP_RENEWED, "uncancelled"),
    "cancelled": (EventType.MEMBERSHIP_CANCELLED, "cancelled"),
    "cancelled now": (EventType.MEMBERSHIP_CANCELLED, "cancelled"),
    "payment failed": (EventType.MEMBERSHIP_CANCELLED, "payment_failed"),
    "revoked": (EventType.MEMBERSHIP_CANCELLED, "revoked"),
    _DELETED: (EventType.MEMBERSHIP_CANCELLED, "deleted"),
}


def drafts_of(entries: Iterable[Entry]) -> Iterator[Draft]:
    entries = [each for each in entries if each.thing_kind != "freeze"]
    held = things.memberships(each.thing_id for each in entries if each.thing_kind == "membership")
    names = things.Names(
        {pk for each in entries for pk in _both(each, "customer", each.customer_id)},
        {pk for each in entries for pk in _both(each, "company", each.company_id)},
    )
    for entry in entries:
        if entry.thing_kind == "link":
            yield from _of_link(entry, names)
        elif (named := named_by(entry)) is not None:
            told = _told(entry, held.get(entry.thing_id or 0), names)
            if not _is_over(entry, named[0], told["membership"]):
                yield Draft(named[0], entry.at, _about(entry), {"reason": named[1], **told})


def membership_touched(entry: Entry) -> int | None:
    """The membership that the entry is about, or whose freeze it is about."""
    if entry.thing_kind == "membership":
        return entry.thing_id
    if entry.thing_kind != "freeze":
        return None
    told = _number((entry.after or {}).get("membership") or (entry.before or {}).get("membership"))
    return told or Freeze.objects.filter(pk=entry.thing_id).values_list("membership_id", flat=True).first()


def named_by(entry: Entry) -> _Named | None:
    """What a change of a membership is called; None: nobody is told."""
    if entry.action in _BY_ACTION:
        return _BY_ACTION[entry.action]
    before, after = entry.before or {}, entry.after or {}
    if entry.action == "plan changed" and "ends_at" in after:
        # It ends where the one of the new plan begins.
        return EventType.MEMBERSHIP_CANCELLED, "plan_changed"
    if "at_end" in after and after["at_end"] in (AtEnd.CANCELLED, AtEnd.PAYMENT_FAILED):
        return EventType.MEMBERSHIP_CANCELLED, str(after["at_end"])
    return _renewed_by(before, after)


def _renewed_by(before: dict[str, Any], after: dict[str, Any]) -> _Named | None:
    if "ends_at" in after and _is_later(before.get("ends_at"), after["ends_at"]):
        return EventType.MEMBERSHIP_RENEWED, "extended"
    if before.get("pending") and after.get("pending") is False:
        return EventType.MEMBERSHIP_RENEWED, "paid"
    if before.get("at_end") in (AtEnd.CANCELLED, AtEnd.PAYMENT_FAILED):
        return EventType.MEMBERSHIP_RENEWED, "uncancelled"
    return (EventType.MEMBERSHIP_RENEWED, "plan_changed") if "plan" in after else None


def _is_later(before: str | None, after: str | None) -> bool:
    """Of two ends; None is no end."""
    if before is None or after is None:
        return after is None and before is not None
    was, now = parse_datetime(before), parse_datetime(after)
    return was is not None and now is not None and now > was


def _is_over(entry: Entry, event_type: EventType, membership: things.Told) -> bool:
    """What is over does not go on, whatever was written of it; and what is revoked is not ended once more."""
    if event_type is EventType.MEMBERSHIP_RENEWED:
        return bool(membership["status"] == State.EXPIRED)
    return entry.action == _CHANGED and membership["detail"] == Detail.REVOKED


def _told(entry: Entry, held: Membership | None, names: things.Names) -> things.Told:
    return _told_of_gone(entry, names) if held is None else things.told_of_membership(held, entry.at)


def _told_of_gone(entry: Entry, names: things.Names) -> things.Told:
    """Its status cannot be told any more."""
    values = entry.before or entry.after or {}
    plan = things.told_of_gone(_number(values.get("plan")))
    ids = things.told_of_gone(entry.thing_id, values.get("external_id")) or {}
    dates = {name: values.get(name) for name in ("starts_at", "ends_at")}
    return {
        "membership": {**ids, "plan": plan, **dates, "status": None, "detail": None},
        "customer": names.customer(entry.customer_id),
        "company": names.company(entry.company_id),
    }


def _of_link(entry: Entry, names: things.Names) -> Iterator[Draft]:
    """A link whose ends were changed is one that ended and one that began."""
    if entry.action != _CREATED:
        yield _link(EventType.COMPANY_UNLINKED, entry, entry.before, names)
    if entry.action != _DELETED:
        yield _link(EventType.COMPANY_LINKED, entry, entry.after, names)


def _link(event_type: EventType, entry: Entry, values: dict[str, Any] | None, names: things.Names) -> Draft:
    customer, company = _ends(entry, values or {})
    data = {"customer": names.customer(customer), "company": names.company(company)}
    return Draft(event_type, entry.at, _about(entry), data)


def _ends(entry: Entry, values: dict[str, Any]) -> tuple[int | None, int | None]:
    """Only what changed stands in an entry: the rest is as it is."""
    customer = _number(values.get("customer")) or entry.customer_id
    return customer, _number(values.get("company")) or entry.company_id


def _both(entry: Entry, field: str, now: int | None) -> list[int | None]:
    return [now, _number((entry.before or {}).get(field)), _number((entry.after or {}).get(field))]


def _number(reference: str | None) -> int | None:
    found = _NUMBER.search(reference or "")
    return None if found is None else int(found.group(1))


def _about(entry: Entry) -> str:
    """A number may be given again after a backup was put back; with the instant it is one entry's alone."""
    at: datetime = entry.at
    return f"{entry.number} {instant_text(at)} {entry.thing_id}"
