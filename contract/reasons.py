"""Outcomes and reasons: stable strings, part of the API.

Reasons stand in the order in which they are looked for; contract/decision.py says what that means.
"""

from enum import StrEnum


class Outcome(StrEnum):
    GRANTED = "granted"
    DENIED = "denied"


class Reason(StrEnum):
    """Why; in the order in which they are looked for. `granted` when none of the others applies."""

    READER_DISABLED = "reader_disabled"
    NOT_READY = "not_ready"
    UNREADABLE = "unreadable"
    UNKNOWN_CARD = "unknown_card"
    CARD_REVOKED = "card_revoked"
    CARD_NOT_YET_VALID = "card_not_yet_valid"
    CARD_EXPIRED = "card_expired"
    CODE_STALE = "code_stale"
    CODE_REPLAYED = "code_replayed"
    CLOCK_UNKNOWN = "clock_unknown"
    REPLICA_STALE = "replica_stale"
    NO_MEMBERSHIP = "no_membership"
    PENDING = "pending"
    SCHEDULED = "scheduled"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    LOCKDOWN = "lockdown"
    PERMISSION_MISSING = "permission_missing"
    OUTSIDE_HOURS = "outside_hours"
    PARTNER_NOT_APPROVED = "partner_not_approved"
    LOGIN_REQUIRED = "login_required"
    ALREADY_INSIDE = "already_inside"
    LIMIT_REACHED = "limit_reached"
    COOLDOWN = "cooldown"
    CONFIRMATION_NEEDED = "confirmation_needed"
    CANNOT_RECORD = "cannot_record"
    UNLOCKED = "unlocked"
    FREE_ACCESS = "free_access"
    GRANTED = "granted"
