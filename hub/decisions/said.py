"""What is decided, in the words of people: why not, how a membership stands, what is left and when again.

The one table of reasons and of standings for all faces. Decides nothing, and knows no page.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contract.decision import Decision
from contract.membership import Detail, State, Status
from contract.reasons import Reason
from hub.contract_words import STANDINGS, said_of
from hub.fleet.standing import Light
from hub.templatetags.faces import day_text

REASONS: Final[dict[str, str | Promise]] = {
    Reason.GRANTED: gettext_lazy("Yes"),
    Reason.UNKNOWN_CARD: gettext_lazy("No card has this code"),
    Reason.CARD_REVOKED: gettext_lazy("The card is revoked"),
    Reason.CARD_NOT_YET_VALID: gettext_lazy("The card is not valid yet"),
    Reason.CARD_EXPIRED: gettext_lazy("The card is no longer valid"),
    Reason.CODE_STALE: gettext_lazy("The code is too old: ask for the live card"),
    Reason.CODE_REPLAYED: gettext_lazy("The code was used already: ask for the live card"),
    Reason.NO_MEMBERSHIP: gettext_lazy("No membership"),
    Reason.PENDING: gettext_lazy("The first payment is open"),
    Reason.SCHEDULED: gettext_lazy("The membership has not begun"),
    Reason.SUSPENDED: gettext_lazy("The membership is frozen"),
    Reason.EXPIRED: gettext_lazy("The membership is over"),
    Reason.PERMISSION_MISSING: gettext_lazy("Not in their plans"),
    Reason.OUTSIDE_HOURS: gettext_lazy("Not at this time"),
    Reason.PARTNER_NOT_APPROVED: gettext_lazy("At approved partners only"),
    Reason.LOGIN_REQUIRED: gettext_lazy("Only where a partner or staff is signed in"),
    Reason.LIMIT_REACHED: gettext_lazy("Used up"),
    Reason.COOLDOWN: gettext_lazy("Too soon after the last use"),
    Reason.ALREADY_INSIDE: gettext_lazy("Already inside"),
    Reason.LOCKDOWN: gettext_lazy("Lockdown"),
}
_LIGHTS: Final = {State.ACTIVE: Light.GREEN, State.INACTIVE: Light.AMBER, State.EXPIRED: Light.RED}


def reason_text(reason: str) -> str | Promise:
    """Of any check-in: the rarer ones in the contract's words."""
    return REASONS.get(reason) or _first_upper(said_of(Reason, reason))


def light_of(status: Status | None) -> Light:
    if status is None:
        return Light.GREY
    return Light.AMBER if status.detail is Detail.GRACE else _LIGHTS[status.state]


def word_of(status: Status | None) -> str | Promise:
    return gettext_lazy("No membership") if status is None else STANDINGS[status.detail]


def left_text(remaining: int | None) -> str:
    """Empty: nothing is counted."""
    if remaining is None:
        return ""
    return ngettext("%(left)s left", "%(left)s left", remaining) % {"left": remaining}


def next_text(decision: Decision | None) -> str:
    """When it is due again, as a sentence in the zone that is set; empty where nothing has to be waited for."""
    if decision is None or decision.granted or decision.next_available_at is None:
        return ""
    return _("Again on %(at)s.") % {"at": day_text(decision.next_available_at)}


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
