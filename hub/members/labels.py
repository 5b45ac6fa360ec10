"""Status as staff see it: a sign, a word, a colour; and never by colour alone."""

from typing import Final

from contract.membership import Detail, State, Status
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
_PLAIN: Final = (Detail.CURRENT, Detail.ENDED)
"""Details that the state says already."""

_NO_BREAK: Final = "\u00a0"

Label = tuple[str, str]
"""What decides the colour, and the text."""


def status_label(status: Status | None) -> Label:
    if status is None:
        return "none", "no membership"
    detail = "" if status.detail in _PLAIN else f" ({status.detail.replace('_', ' ')})"
    return status.state.value, f"{_SIGNS[status.state]}{_NO_BREAK}{status.state}{detail}"


def card_label(state: CardState) -> Label:
    return state.value, f"{_CARD_SIGNS.get(state, '✕')}{_NO_BREAK}{state}"
