"""What became of an order, in words: for the terminal and the staff's pages. Pure."""

from collections.abc import Sequence
from typing import Final

from django.utils.timezone import get_current_timezone

from contract.ask import Posture
from contract.calendar import zone_of
from contract.orders import CommandKind, CommandWhy
from hub.orders.hearing import Hearing
from hub.orders.models import CommandOrder, Configuration, ModeOrder
from hub.orders.queries import ConfigurationState, Standing

_STEPS: Final = {
    "validate": "what it says cannot be",
    "self_test": "it was tried on the machine",
    "apply": "it was applied",
    "unreachable": "with it the edge did not reach the hub, and went back by itself",
}
_WHY_NOT: Final = {
    CommandWhy.EXPIRED: "it came too late, more than 10 seconds after it was given",
    CommandWhy.CLOCK_UNKNOWN: (
        "the edge's clock is unknown, so it cannot tell how old the command is: give it network time"
        " (timedatectl, run on it, says what it thinks)"
    ),
    CommandWhy.UNKNOWN_READER: "the edge has no such reader: its configuration is another than the hub's",
    CommandWhy.NO_DOOR: "that reader has no door",
    CommandWhy.LOCKDOWN: "the door is in lockdown",
    CommandWhy.INTERLOCKED: "the door that it is interlocked with is open",
    CommandWhy.NO_LAMP: "that reader has no lamp that could blink",
    CommandWhy.FAILED: "the edge tried, and could not",
}
_DONE: Final = {
    CommandKind.UNLOCK_ONCE: "the door was opened once",
    CommandKind.IDENTIFY: "its lamps blink",
    CommandKind.RESYNC: "it loads a fresh copy of its feed",
}
_POSTURES: Final = {
    Posture.LOCKDOWN: "in lockdown",
    Posture.SECURE: "secure, whatever its hours",
    Posture.UNLOCKED: "held open",
    Posture.FREE: "free: any readable scan opens",
}


def state_text(state: ConfigurationState) -> str:
    """How the newest configuration is, in a line."""
    newest = state.newest
    if newest is None:
        return "no configuration was pushed: the edge goes by its own edge.toml"
    number = f"generation {newest.generation}"
    if state.state is Standing.STANDS:
        return f"{number} stands at the edge"
    if state.state is Standing.REFUSED:
        return f"{number} was refused: {refusal_text(newest)}"
    if state.state is Standing.TRYING:
        return f"{number} is being tried: it stands once the edge has reached its hub with it"
    return f"{number} was not heard of by the edge yet: it gets it when it is there"


def ways_on_text(state: ConfigurationState) -> str:
    """What holds after a refusal, and what can be done."""
    back = f"or take it back with `doorward-hub config rollback {state.newest.edge}`" if state.newest else ""
    return f"{standing_text(state)}: push a corrected one, {back}"


def standing_text(state: ConfigurationState) -> str:
    """What stands at the edge now."""
    reported = state.reported
    if reported is None:
        return "the edge has not said yet what stands there"
    if state.standing is not None:
        return f"generation {state.standing.generation} stands"
    if reported.generation:
        return f"generation {reported.generation} of another time of this hub stands, which it does not know"
    return "its own edge.toml stands, or nothing"


def refusal_text(configuration: Configuration) -> str:
    """Of one that was refused."""
    step = _STEPS.get(configuration.refused_step, configuration.refused_step)
    field = configuration.refused_field
    said = configuration.refused_why.rstrip(".: ")
    return f"{said} ({step})" if not field or said.startswith(field) else f"{field}: {said} ({step})"


def posture_text(posture: str) -> str:
    return _POSTURES[Posture(posture)]


def place_text(order: ModeOrder) -> str:
    """Where a mode holds, as in “the door east/door”."""
    return order.place.replace("reader ", "", 1) if order.reader else order.place


def mode_text(order: ModeOrder) -> str:
    """What is set, wherever that has been heard."""
    return f"{place_text(order)} is to be {posture_text(order.posture)}"


def origin_text(order: ModeOrder) -> str:
    """Since when it is set, by the clock of its site, or the hub's where it is of none; and by whom."""
    site = order.site or (order.edge.site if order.edge else None)
    since = order.since.astimezone(get_current_timezone() if site is None else zone_of(site.time_zone))
    return f"since {since:%Y-%m-%d %H:%M %Z}, by {order.by}"


def stands_text(order: ModeOrder, there: Sequence[Hearing]) -> str:
    """At how many of these edges it stands."""
    standing = sum(each.has(order) for each in there)
    if not there:
        return "no edge there could hear it"
    return f"stands at {standing} of {len(there)} edges" if len(there) > 1 or not standing else "stands"


def answer_text(order: CommandOrder) -> str:
    """Of one that was answered."""
    if not order.why:
        return _DONE[CommandKind(order.kind)]
    known = order.why in list(CommandWhy)
    return _WHY_NOT[CommandWhy(order.why)] if known else f"the edge says: {order.why}"
