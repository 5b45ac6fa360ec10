"""The audit log in words for people: kinds of things, what was done, from what to what."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from hub import instants
from hub.audit.models import Entry
from hub.audit.operations import ERASED
from hub.desk.audit_fields import field_word

KINDS: Final[dict[str, Promise]] = {
    "customer": _("Customer"),
    "company": _("Company"),
    "link": _("Company link"),
    "membership": _("Membership"),
    "freeze": _("Freeze"),
    "subscription": _("Subscription"),
    "payment": _("Payment"),
    "refund": _("Refund"),
    "dispute": _("Dispute"),
    "card": _("Card"),
    "cardlink": _("Link to a card"),
    "customerphoto": _("Photo"),
    "letterwishes": _("Letters wanted"),
    "account": _("Account"),
    "passkey": _("Passkey"),
    "companyinvitation": _("Invitation to a company"),
    "memberrequest": _("Request of a member"),
    "customernote": _("Note on a customer"),
    "companynote": _("Note on a company"),
    "plan": _("Plan"),
    "permission": _("Permission"),
    "partner": _("Partner"),
    "partnerlink": _("Link of a partner"),
    "organization": _("Organization"),
    "signup": _("Join page"),
    "checkin": _("Check-in"),
    "site": _("Site"),
    "schedule": _("Schedule"),
    "edge": _("Edge"),
    "reader": _("Reader"),
    "feed": _("Feed"),
    "modeorder": _("Lockdown or mode"),
    "commandorder": _("Command"),
    "wirekey": _("Signing key"),
    "user": _("User"),
    "apitoken": _("API token"),
    "endpoint": _("Webhook"),
    "website": _("Website"),
    "websitekey": _("Key of a website"),
    "subject": _("Visitor of a website"),
    "job": _("CSV file"),
}
_ACTIONS: Final[dict[str, Promise]] = {
    "created": _("created"),
    "changed": _("changed"),
    "deleted": _("deleted"),
    "revoked": _("revoked"),
    "cancelled": _("cancelled"),
    "uncancelled": _("cancellation taken back"),
    "renews at its end": _("to be renewed at its end"),
    "cancelled now": _("cancelled at once"),
    "imported": _("imported"),
    "exported": _("exported"),
    "renewed": _("renewed"),
    "plan changed": _("plan changed"),
    "paid": _("payment confirmed"),
    "payment failed": _("payment failed"),
    "billed": _("billed"),
    "written off": _("written off"),
    "refunded": _("given back"),
    "ended": _("ended"),
    "photo set": _("photo set"),
    "photo removed": _("photo removed"),
    "noted": _("note added"),
    "code shown": _("code shown"),
    "card replaced": _("lost card replaced"),
    "codes rotate": _("codes rotate"),
    "codes rotate no more": _("codes rotate no more"),
    "frozen": _("frozen"),
    "resumed": _("resumed"),
    "grants changed": _("grants changed"),
    "partners changed": _("approved partners changed"),
    "holidays changed": _("holidays changed"),
    "exceptions changed": _("exceptions changed"),
    "voided": _("voided"),
    "let in again": _("let in again"),
    "assigned": _("assigned"),
    "unassigned": _("taken out"),
    "enrolment code made": _("enrolment code made"),
    "enrolled": _("enrolled"),
    "configuration pushed": _("configuration pushed"),
    "configuration rolled back": _("configuration rolled back"),
    "configuration renewed": _("configuration renewed"),
    "mode set": _("mode set"),
    "mode cleared": _("mode cleared"),
    "command given": _("command given"),
    "key rotated": _("key rotated"),
    "to end": _("to end soon"),
    "enabled": _("switched on"),
    "disabled": _("switched off"),
    "restored": _("put back from a backup"),
    "moved": _("moved to another database"),
    "invited": _("invited"),
    "role changed": _("role changed"),
    "deactivated": _("deactivated"),
    "reactivated": _("activated again"),
    "link made": _("one-time link made"),
    "password chosen": _("password chosen"),
    "password changed": _("password changed"),
    "second factor added": _("second factor added"),
    "second factor removed": _("second factor removed"),
    "second factor reset": _("second factor reset"),
    "recovery codes renewed": _("recovery codes renewed"),
    "signed in": _("signed in"),
    "sign-in code made": _("sign-in code made"),
    "password set": _("password set"),
    "password removed": _("password removed"),
    "passkey added": _("passkey added"),
    "passkey removed": _("passkey removed"),
    "accepted": _("accepted"),
    "asked for": _("asked for"),
    "settled": _("settled"),
    "joined": _("joined"),
    "given out": _("personal data given out"),
}
_LONG_LETTERS: Final = 120


class Change(NamedTuple):
    """One field; empty: it was not there, or is not any more. `is_long`: shown when it is asked for."""

    field: str
    before: str
    after: str
    is_long: bool


class EntryShown(NamedTuple):
    entry: Entry
    action: str
    kind: str
    thing: str
    changes: list[Change]


def shown(entry: Entry) -> EntryShown:
    return EntryShown(
        entry,
        str(_ACTIONS.get(entry.action, entry.action)),
        str(KINDS.get(entry.thing_kind, entry.thing_kind)),
        translated("erased") if entry.thing == ERASED else entry.thing,
        list(_changes(entry.before or {}, entry.after or {})),
    )


def _changes(before: dict[str, Any], after: dict[str, Any]) -> Iterable[Change]:
    for name in dict.fromkeys([*before, *after]):
        old, new = _value(before.get(name)), _value(after.get(name))
        if old or new:
            yield Change(field_word(name), old, new, max(len(old), len(new)) > _LONG_LETTERS)


def _value(value: Any) -> str:
    """Instants in the zone that is set."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return translated("yes") if value else translated("no")
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    at = _instant(value)
    if at is not None:
        return instants.instant(timezone.localtime(at))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _instant(value: Any) -> datetime | None:
    try:
        at = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is not None and timezone.is_aware(at) else None
