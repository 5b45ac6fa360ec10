"""Status as staff see it: a sign, a word, a colour; and never by colour alone."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from contract.membership import Detail, State, Status
from hub.contract_words import said
from hub.members.queries import CardState

COLOURS: Final = {
    State.ACTIVE.value: "success",
    State.INACTIVE.value: "warning",
    State.EXPIRED.value: "danger",
    "none": "",
    CardState.LIVE.value: "success",
    CardState.NOT_YET_VALID.value: "warning",
    CardState.REVOKED.value: "danger",
}
_SIGNS: Final = {State.ACTIVE: "✓", State.INACTIVE: "○", State.EXPIRED: "✕"}
_CARD_SIGNS: Final = {CardState.LIVE: "✓", CardState.NOT_YET_VALID: "○"}
_CARD_WORDS: Final = {
    CardState.LIVE: pgettext_lazy("a card", "live"),
    CardState.NOT_YET_VALID: pgettext_lazy("a card", "not yet valid"),
    CardState.EXPIRED: pgettext_lazy("a card", "expired"),
    CardState.REVOKED: pgettext_lazy("a card", "revoked"),
}
_PLAIN: Final = (Detail.CURRENT, Detail.ENDED)
"""Details that the state says already."""

_NO_BREAK: Final = "\u00a0"

Label = tuple[str, str]
"""What decides the colour, and the text."""


def status_label(status: Status | None) -> Label:
    if status is None:
        return "none", _("no membership")
    detail = "" if status.detail in _PLAIN else f" ({said(status.detail)})"
    return status.state.value, f"{_SIGNS[status.state]}{_NO_BREAK}{said(status.state)}{detail}"


def card_label(state: CardState) -> Label:
    return state.value, f"{_CARD_SIGNS.get(state, '✕')}{_NO_BREAK}{_CARD_WORDS[state]}"
