"""What would have to change for every reason, where the facts are lost or say no more. Pure."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.reasons import Reason

_NOTHING: Final = gettext_lazy("Nothing: it was granted.")


PLAIN: Final[dict[Reason, Promise]] = {
    Reason.READER_DISABLED: gettext_lazy("Switch the reader on."),
    Reason.NOT_READY: gettext_lazy(
        "Connect the edge to the hub and the broker until it has loaded its feed once."
    ),
    Reason.UNREADABLE: gettext_lazy(
        "Scan again, and look at the scanner's settings: what it sent can be no code."
    ),
    Reason.UNKNOWN_CARD: gettext_lazy(
        "Import this card's code for a customer, or issue them a card: the code was nobody's."
    ),
    Reason.CARD_REVOKED: gettext_lazy("Give the customer another card: one that is revoked stays so."),
    Reason.CARD_NOT_YET_VALID: gettext_lazy("Wait for the card's first date, or set an earlier one."),
    Reason.CARD_EXPIRED: gettext_lazy("Set a later last date of the card, or issue another one."),
    Reason.CODE_STALE: gettext_lazy(
        "Show the card as the wallet draws it now, or let this reader take static codes."
    ),
    Reason.CODE_REPLAYED: gettext_lazy(
        "Wait for the wallet's next code (every 30 seconds): this one was taken here already."
    ),
    Reason.CLOCK_UNKNOWN: gettext_lazy(
        "Give the edge the time from the network, or let this reader take a worse clock."
    ),
    Reason.REPLICA_STALE: gettext_lazy(
        "Bring the edge into contact with the hub, or let this reader take an older replica."
    ),
    Reason.NO_MEMBERSHIP: gettext_lazy(
        "Assign the customer a membership, or link them to a company that has one."
    ),
    Reason.PENDING: gettext_lazy("Confirm the membership's first payment."),
    Reason.SCHEDULED: gettext_lazy("Wait until the membership begins, or let it begin earlier."),
    Reason.SUSPENDED: gettext_lazy("Resume the membership: it is frozen."),
    Reason.EXPIRED: gettext_lazy("Renew the membership or assign a new one: it was over."),
    Reason.LOCKDOWN: gettext_lazy("End the lockdown, or give the holder the permission that passes one."),
    Reason.PERMISSION_MISSING: gettext_lazy("Let the plan grant this permission, or assign a plan that does."),
    Reason.OUTSIDE_HOURS: gettext_lazy("Come within the hours, or change the schedule."),
    Reason.PARTNER_NOT_APPROVED: gettext_lazy("Approve this partner for the benefit."),
    Reason.LOGIN_REQUIRED: gettext_lazy("Sign in: this benefit is not given where nobody is known."),
    Reason.ALREADY_INSIDE: gettext_lazy(
        "Go out first, or let staff reset it: the holder came in and did not go out."
    ),
    Reason.LIMIT_REACHED: gettext_lazy("Wait: the limit is used up."),
    Reason.COOLDOWN: gettext_lazy("Wait: it is too soon after the last use."),
    Reason.CONFIRMATION_NEEDED: gettext_lazy(
        "Bring the edge into contact with the hub, or change the benefit's offline rule."
    ),
    Reason.CANNOT_RECORD: gettext_lazy(
        "Look at the edge's disk: its journal could not be written, so nothing was given."
    ),
    Reason.UNLOCKED: gettext_lazy("Nothing: the door was held unlocked, so it was open to everybody."),
    Reason.FREE_ACCESS: gettext_lazy("Nothing: the door opened to any readable scan."),
    Reason.GRANTED: _NOTHING,
}


def plain(reason: str) -> str:
    """Where the facts are lost, or the reason is a newer edge's."""
    if reason not in set(Reason):
        return _("This hub does not know this reason: update it.")
    return str(PLAIN[Reason(reason)])
