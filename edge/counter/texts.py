"""All that a counter's page says: what a decision means to whoever stands there, and the page's labels.

Plain English. Texts say what to do, and nothing of how Doorward works.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from contract.membership import Detail
from contract.reasons import Reason


class Tone(StrEnum):
    """The colour of the whole screen. Amber: not now, or not like this; it may well be right another time."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    CALM = "calm"


MARKS: Final = {Tone.GREEN: "✓", Tone.AMBER: "!", Tone.RED: "✕", Tone.CALM: "↺"}


class Told(NamedTuple):
    tone: Tone
    headline: str
    hint: str = ""


OF_REASON: Final = {
    Reason.GRANTED: Told(Tone.GREEN, "Granted"),
    Reason.UNLOCKED: Told(Tone.GREEN, "Come in"),
    Reason.FREE_ACCESS: Told(Tone.GREEN, "Come in"),
    Reason.READER_DISABLED: Told(Tone.RED, "Closed", "This counter is switched off."),
    Reason.NOT_READY: Told(Tone.AMBER, "Not ready yet", "The list of members is still being loaded."),
    Reason.UNREADABLE: Told(Tone.AMBER, "Scan again", "The code could not be read."),
    Reason.UNKNOWN_CARD: Told(Tone.RED, "Unknown card", "This is no card of ours."),
    Reason.CARD_REVOKED: Told(Tone.RED, "Card blocked", "It was lost or replaced. Ask for the new one."),
    Reason.CARD_NOT_YET_VALID: Told(Tone.RED, "Card not valid yet"),
    Reason.CARD_EXPIRED: Told(Tone.RED, "Card expired"),
    Reason.CODE_STALE: Told(Tone.AMBER, "Show the card again", "The code on the phone is not the one of now."),
    Reason.CODE_REPLAYED: Told(Tone.AMBER, "Wait for the next code", "This one was used a moment ago."),
    Reason.CLOCK_UNKNOWN: Told(Tone.AMBER, "Not now", "The time is not known here. Call for help."),
    Reason.REPLICA_STALE: Told(Tone.AMBER, "Not now", "The list of members is too old. Call for help."),
    Reason.NO_MEMBERSHIP: Told(Tone.RED, "No membership"),
    Reason.PENDING: Told(Tone.RED, "Not paid yet"),
    Reason.SCHEDULED: Told(Tone.RED, "Not started yet"),
    Reason.SUSPENDED: Told(Tone.RED, "Membership paused"),
    Reason.EXPIRED: Told(Tone.RED, "Membership ended"),
    Reason.LOCKDOWN: Told(Tone.RED, "Lockdown", "Nobody is served now."),
    Reason.PERMISSION_MISSING: Told(Tone.RED, "Not in this plan"),
    Reason.OUTSIDE_HOURS: Told(Tone.AMBER, "Not at this hour"),
    Reason.PARTNER_NOT_APPROVED: Told(Tone.RED, "Not at this partner"),
    Reason.LOGIN_REQUIRED: Told(Tone.AMBER, "Staff needed", "Somebody who is known has to be here for this."),
    Reason.ALREADY_INSIDE: Told(Tone.AMBER, "Already inside"),
    Reason.LIMIT_REACHED: Told(Tone.AMBER, "All used up"),
    Reason.COOLDOWN: Told(Tone.AMBER, "Too soon"),
    Reason.CONFIRMATION_NEEDED: Told(Tone.AMBER, "Not while offline", "It has to be confirmed. Try again later."),
    Reason.CANNOT_RECORD: Told(Tone.AMBER, "Try again", "It could not be written down. Nothing was used up."),
}
WAITS: Final = Told(Tone.CALM, "One moment", "Asking whether it is still free to use.")
TURNED_AWAY: Final = Told(Tone.AMBER, "Scan again", "Nothing was used up.")
WAITING_MARK: Final = "…"
IDENTIFIED: Final = Told(Tone.GREEN, "Valid", "Nothing was used up.")
UNDONE: Final = Told(Tone.CALM, "Undone", "It does not count any more.")
NOTHING_TO_UNDO: Final = Told(Tone.AMBER, "Nothing to undo", "Only the last one, for 15 minutes.")

OF_DETAIL: Final = {
    Detail.CURRENT: "Active",
    Detail.TRIAL: "Trial",
    Detail.CANCELLING: "Active, ends then",
    Detail.GRACE: "Renewal is due",
    Detail.PENDING: "Payment is open",
    Detail.SCHEDULED: "Has not begun",
    Detail.SUSPENDED: "Paused",
    Detail.ENDED: "Ended",
    Detail.CANCELLED: "Cancelled",
    Detail.PAYMENT_FAILED: "Payment failed",
    Detail.REVOKED: "Revoked",
}

PLAN: Final = "Plan"
STATUS: Final = "Status"
VALID_UNTIL: Final = "Valid until"
LEFT: Final = "Left"
NEXT: Final = "Next"
READ_FROM_AFAR: Final = frozenset({LEFT, NEXT})
UNLIMITED: Final = "no limit"
FOR_EVER: Final = "no end"
TODAY: Final = "today"
TOMORROW: Final = "tomorrow"
INSIDE_ALREADY: Final = "Was inside already."
READY: Final = "Scan a card"
AWAY: Final = "No card can be read"
CHOOSE: Final = "For the next card"
UNDO: Final = "Undo"
UNDO_LAST: Final = "Undo the last"
UNDO_SURE: Final = "Undo? Once more"
NOT_CHOSEN: Final = "That cannot be chosen here."
OFFLINE: Final = "Offline"
DATA_OF: Final = "data {age} old"
DATA_OF_UNKNOWN_AGE: Final = "data of unknown age"
CLOCK_UNKNOWN: Final = "The time is not known here"
MOMENT: Final = "a moment"
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NO_SCANNER: Final = "The scanner is not connected"
LOST: Final = "This screen has lost its edge. It goes on by itself as soon as the edge is back."
