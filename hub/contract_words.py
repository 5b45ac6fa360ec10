"""What the contract's enums are called on screen: a table for each, in which every member has its words.

The contract itself speaks English to machines and knows no Django. A member without words fails a test.
"""

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from contract.ask import Codes, Contact, Direction, Mode, Passback, Posture
from contract.membership import Detail, State
from contract.reader_configuration import ReaderKind
from contract.reasons import Outcome, Reason
from contract.trust import ClockState

WORDS: Final[dict[type[StrEnum], dict[str, Promise]]] = {
    Mode: {
        Mode.IDENTIFY: pgettext_lazy("what a reader does", "identify"),
        Mode.REDEEM: pgettext_lazy("what a reader does", "redeem"),
    },
    Posture: {
        Posture.SECURE: pgettext_lazy("a door", "secure"),
        Posture.UNLOCKED: pgettext_lazy("a door", "unlocked"),
        Posture.FREE: pgettext_lazy("a door", "free"),
        Posture.LOCKDOWN: pgettext_lazy("a door", "lockdown"),
    },
    Codes: {
        Codes.STATIC: gettext_lazy("static codes"),
        Codes.ROTATING: gettext_lazy("rotating codes"),
        Codes.ROTATING_STRICTLY: gettext_lazy("rotating strictly codes"),
    },
    Direction: {
        Direction.IN: pgettext_lazy("a way", "in"),
        Direction.OUT: pgettext_lazy("a way", "out"),
    },
    Passback: {
        Passback.OFF: pgettext_lazy("anti-passback", "off"),
        Passback.SOFT: pgettext_lazy("anti-passback", "soft"),
        Passback.HARD: pgettext_lazy("anti-passback", "hard"),
    },
    Contact: {
        Contact.ONLINE: pgettext_lazy("contact with the hub", "online"),
        Contact.OFFLINE: pgettext_lazy("contact with the hub", "offline"),
        Contact.CONFIRMED: pgettext_lazy("contact with the hub", "confirmed"),
    },
    ClockState: {
        ClockState.UNKNOWN: pgettext_lazy("a clock", "unknown"),
        ClockState.HOLDOVER: pgettext_lazy("a clock", "holdover"),
        ClockState.SYNCED: pgettext_lazy("a clock", "synced"),
    },
    State: {
        State.ACTIVE: pgettext_lazy("a membership", "active"),
        State.INACTIVE: pgettext_lazy("a membership", "inactive"),
        State.EXPIRED: pgettext_lazy("a membership", "expired"),
    },
    Detail: {
        Detail.CURRENT: pgettext_lazy("a membership", "current"),
        Detail.TRIAL: pgettext_lazy("a membership", "trial"),
        Detail.CANCELLING: pgettext_lazy("a membership", "cancelling"),
        Detail.GRACE: pgettext_lazy("a membership", "grace"),
        Detail.PENDING: pgettext_lazy("a membership", "pending"),
        Detail.SCHEDULED: pgettext_lazy("a membership", "scheduled"),
        Detail.SUSPENDED: pgettext_lazy("a membership", "suspended"),
        Detail.ENDED: pgettext_lazy("a membership", "ended"),
        Detail.CANCELLED: pgettext_lazy("a membership", "cancelled"),
        Detail.PAYMENT_FAILED: pgettext_lazy("a membership", "payment failed"),
        Detail.REVOKED: pgettext_lazy("a membership", "revoked"),
    },
    ReaderKind: {
        ReaderKind.DOOR: pgettext_lazy("a reader", "door"),
        ReaderKind.COUNTER: pgettext_lazy("a reader", "counter"),
    },
    Outcome: {
        Outcome.GRANTED: gettext_lazy("granted"),
        Outcome.DENIED: gettext_lazy("denied"),
    },
    Reason: {
        Reason.READER_DISABLED: gettext_lazy("reader disabled"),
        Reason.NOT_READY: gettext_lazy("not ready"),
        Reason.UNREADABLE: gettext_lazy("unreadable"),
        Reason.UNKNOWN_CARD: gettext_lazy("unknown card"),
        Reason.CARD_REVOKED: gettext_lazy("card revoked"),
        Reason.CARD_NOT_YET_VALID: gettext_lazy("card not yet valid"),
        Reason.CARD_EXPIRED: gettext_lazy("card expired"),
        Reason.CODE_STALE: gettext_lazy("code stale"),
        Reason.CODE_REPLAYED: gettext_lazy("code replayed"),
        Reason.CLOCK_UNKNOWN: gettext_lazy("clock unknown"),
        Reason.REPLICA_STALE: gettext_lazy("replica stale"),
        Reason.NO_MEMBERSHIP: gettext_lazy("no membership"),
        Reason.PENDING: pgettext_lazy("a membership", "pending"),
        Reason.SCHEDULED: pgettext_lazy("a membership", "scheduled"),
        Reason.SUSPENDED: pgettext_lazy("a membership", "suspended"),
        Reason.EXPIRED: pgettext_lazy("a membership", "expired"),
        Reason.LOCKDOWN: pgettext_lazy("a door", "lockdown"),
        Reason.PERMISSION_MISSING: gettext_lazy("permission missing"),
        Reason.OUTSIDE_HOURS: gettext_lazy("outside hours"),
        Reason.PARTNER_NOT_APPROVED: gettext_lazy("partner not approved"),
        Reason.LOGIN_REQUIRED: gettext_lazy("login required"),
        Reason.ALREADY_INSIDE: gettext_lazy("already inside"),
        Reason.LIMIT_REACHED: gettext_lazy("limit reached"),
        Reason.COOLDOWN: gettext_lazy("cooldown"),
        Reason.CONFIRMATION_NEEDED: gettext_lazy("confirmation needed"),
        Reason.CANNOT_RECORD: gettext_lazy("cannot record"),
        Reason.UNLOCKED: pgettext_lazy("a door", "unlocked"),
        Reason.FREE_ACCESS: gettext_lazy("free access"),
        Reason.GRANTED: gettext_lazy("granted"),
    },
}

STANDINGS: Final[dict[Detail, Promise]] = {
    Detail.CURRENT: gettext_lazy("Active"),
    Detail.TRIAL: gettext_lazy("Active, on trial"),
    Detail.CANCELLING: gettext_lazy("Active, cancelled for its end"),
    Detail.GRACE: gettext_lazy("Active, its renewal is due"),
    Detail.PENDING: gettext_lazy("Waits for its first payment"),
    Detail.SCHEDULED: gettext_lazy("Has not begun"),
    Detail.SUSPENDED: gettext_lazy("Frozen"),
    Detail.ENDED: gettext_lazy("Expired"),
    Detail.CANCELLED: gettext_lazy("Expired, cancelled"),
    Detail.PAYMENT_FAILED: gettext_lazy("Expired, payment failed"),
    Detail.REVOKED: gettext_lazy("Revoked"),
}
"""Of a membership, as the first thing that is said of somebody."""


def said(member: StrEnum) -> str:
    return str(WORDS[type(member)][member])


def said_of(kind: type[StrEnum], value: str) -> str:
    """What a database or an edge holds: a value that is not known here (a newer edge's) is told as it is."""
    words = WORDS[kind].get(value)
    return value.replace("_", " ") if words is None else str(words)
