"""What became of an order, in words: for the terminal and the staff's pages. Pure."""

from collections.abc import Sequence
from typing import Final

from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from contract.ask import Posture
from contract.calendar import zone_of
from contract.orders import CommandKind, CommandWhy
from hub import instants
from hub.orders.hearing import Hearing
from hub.orders.models import CommandOrder, Configuration, ModeOrder
from hub.orders.queries import ConfigurationState, Standing

_STEPS: Final = {
    "validate": gettext_lazy("what it says cannot be"),
    "self_test": gettext_lazy("it was tried on the machine"),
    "apply": gettext_lazy("it was applied"),
    "unreachable": gettext_lazy("with it the edge did not reach the hub, and went back by itself"),
}
_WHY_NOT: Final = {
    CommandWhy.EXPIRED: gettext_lazy("it came too late, more than 10 seconds after it was given"),
    CommandWhy.CLOCK_UNKNOWN: (
        gettext_lazy(
            "the edge's clock is unknown, so it cannot tell how old the command is: give it network time"
            " (timedatectl, run on it, says what it thinks)"
        )
    ),
    CommandWhy.UNKNOWN_READER: gettext_lazy(
        "the edge has no such reader: its configuration is another than the hub's"
    ),
    CommandWhy.NO_DOOR: gettext_lazy("that reader has no door"),
    CommandWhy.LOCKDOWN: gettext_lazy("the door is in lockdown"),
    CommandWhy.INTERLOCKED: gettext_lazy("the door that it is interlocked with is open"),
    CommandWhy.NO_LAMP: gettext_lazy("that reader has no lamp that could blink"),
    CommandWhy.FAILED: gettext_lazy("the edge tried, and could not"),
}
_DONE: Final = {
    CommandKind.UNLOCK_ONCE: gettext_lazy("the door was opened once"),
    CommandKind.IDENTIFY: gettext_lazy("its lamps blink"),
    CommandKind.RESYNC: gettext_lazy("it loads a fresh copy of its feed"),
}
_POSTURES: Final = {
    Posture.LOCKDOWN: gettext_lazy("in lockdown"),
    Posture.SECURE: gettext_lazy("secure, whatever its hours"),
    Posture.UNLOCKED: gettext_lazy("held open"),
    Posture.FREE: gettext_lazy("free: any readable scan opens"),
}


def state_text(state: ConfigurationState) -> str:
    """How the newest configuration is, in a line."""
    newest = state.newest
    if newest is None:
        return _("no configuration was pushed: the edge goes by its own edge.toml")
    said = _("generation %(generation)s was not heard of by the edge yet: it gets it when it is there")
    if state.state is Standing.STANDS:
        said = _("generation %(generation)s stands at the edge")
    if state.state is Standing.REFUSED:
        said = _("generation %(generation)s was refused: %(why)s")
    if state.state is Standing.TRYING:
        said = _("generation %(generation)s is being tried: it stands once the edge has reached its hub with it")
    return said % {"generation": newest.generation, "why": refusal_text(newest)}


def ways_on_text(state: ConfigurationState) -> str:
    """What holds after a refusal, and what can be done."""
    if state.newest is None:
        return _("%(standing)s: push a corrected one") % {"standing": standing_text(state)}
    said = _("%(standing)s: push a corrected one, or take it back with `doorward-hub config rollback %(edge)s`")
    return said % {"standing": standing_text(state), "edge": state.newest.edge}


def standing_text(state: ConfigurationState) -> str:
    """What stands at the edge now."""
    reported = state.reported
    if reported is None:
        return _("the edge has not said yet what stands there")
    if state.standing is not None:
        return _("generation %(generation)s stands") % {"generation": state.standing.generation}
    if reported.generation:
        return _("generation %(generation)s of another time of this hub stands, which it does not know") % {
            "generation": reported.generation
        }
    return _("its own edge.toml stands, or nothing")


def refusal_text(configuration: Configuration) -> str:
    """Of one that was refused."""
    step = str(_STEPS.get(configuration.refused_step, configuration.refused_step))
    field = configuration.refused_field
    said = configuration.refused_why.rstrip(".: ")
    return f"{said} ({step})" if not field or said.startswith(field) else f"{field}: {said} ({step})"


def posture_text(posture: str) -> str:
    return str(_POSTURES[Posture(posture)])


def place_text(order: ModeOrder) -> str:
    """Where a mode holds, as in `site house` or `east/door`."""
    return place_word_text(order.place)


def place_word_text(word: str) -> str:
    """Of hub.orders.places.Place.word."""
    kind, _space, name = word.partition(" ")
    said = {"site": _("site %(name)s"), "edge": _("edge %(name)s"), "reader": "%(name)s"}.get(kind)
    return _("everything") if said is None else said % {"name": name}


def mode_text(order: ModeOrder) -> str:
    """What is set, wherever that has been heard."""
    told = {"place": place_text(order), "posture": posture_text(order.posture)}
    return _("%(place)s is to be %(posture)s") % told


def origin_text(order: ModeOrder) -> str:
    """Since when it is set, by the clock of its site, or the hub's where it is of none; and by whom."""
    site = order.site or (order.edge.site if order.edge else None)
    since = order.since.astimezone(get_current_timezone() if site is None else zone_of(site.time_zone))
    return _("since %(since)s, by %(by)s") % {"since": instants.minute(since), "by": order.by}


def stands_text(order: ModeOrder, there: Sequence[Hearing]) -> str:
    """At how many of these edges it stands."""
    standing = sum(each.has(order) for each in there)
    if not there:
        return _("no edge there could hear it")
    if len(there) == 1 and standing:
        return pgettext("what is set", "stands")
    return _("stands at %(standing)s of %(count)s edges") % {"standing": standing, "count": len(there)}


def answer_text(order: CommandOrder) -> str:
    """Of one that was answered."""
    if not order.why:
        return str(_DONE[CommandKind(order.kind)])
    if order.why not in list(CommandWhy):
        return _("the edge says: %(why)s") % {"why": order.why}
    return str(_WHY_NOT[CommandWhy(order.why)])
