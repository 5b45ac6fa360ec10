"""What staff see of an edge's configuration, and of what it was to do once. Reads only."""

from datetime import timedelta
from typing import Any, Final, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.orders import COMMAND_LIFE_S, CommandKind
from contract.trust import ClockState
from hub.fleet.edge_toml import edge_toml
from hub.fleet.models import Edge
from hub.fleet.standing import Light, instant_text, left_out_text, presence_of
from hub.orders import queries
from hub.orders.documents import NAMED, ConfigurationRefused
from hub.orders.hearing import why_unreached
from hub.orders.mode_lines import Board
from hub.orders.models import CommandOrder, Configuration
from hub.orders.places import Place
from hub.orders.queries import ConfigurationState, Standing
from hub.orders.telling import answer_text, refusal_text, standing_text, state_text

LIGHTS: Final = {
    Standing.STANDS: Light.GREEN,
    Standing.TRYING: Light.AMBER,
    Standing.WAITING: Light.AMBER,
    Standing.REFUSED: Light.RED,
}
_SIGNS: Final = {Light.GREEN: "✓", Light.AMBER: "…", Light.RED: "✕"}
_COMMANDS_SHOWN: Final = 5
_NAMES: Final = {
    CommandKind.UNLOCK_ONCE: gettext_lazy("Unlock once"),
    CommandKind.IDENTIFY: gettext_lazy("Identify"),
    CommandKind.RESYNC: gettext_lazy("Resync"),
}


class Made(NamedTuple):
    """A line of the history."""

    configuration: Configuration
    when: str
    fate: str


def configuration_context(edge: Edge, written: str | None, refused: ConfigurationRefused | None) -> dict[str, Any]:
    state = queries.state_of(edge)
    history = queries.history(edge)
    before = None if state.newest is None else queries.stood_before(state.newest)
    return {
        "edge": edge,
        "why_not": why_unreached(edge, timezone.now()),
        **_light(state),
        "state": state,
        "state_text": state_text(state),
        "standing_text": standing_text(state),
        "as_of": _as_of(edge, state),
        "history": [Made(each, instant_text(edge, each.made_at), _fate(edge, each)) for each in history],
        "goes_back_to": None if before is None else before.generation,
        "text": _first_text(edge, state) if written is None else written,
        "refused": refused,
    }


def edge_context(edge: Edge) -> dict[str, Any]:
    """For the edge's page. `is_asked`: the answer to a command may come any moment."""
    state = queries.state_of(edge)
    commands = list(edge.command_orders.all()[:_COMMANDS_SHOWN])
    board = Board.of(reverse("desk:edge", args=[edge.pk]), Place(edge=edge.name))
    return {
        **_light(state),
        "config_state_text": state_text(state),
        "config_standing_text": standing_text(state),
        "config_as_of": _as_of(edge, state),
        "edge_line": board.edge(edge),
        "reader_lines": board.readers(edge),
        "left_out": left_out_text(edge),
        "why_not": why_unreached(edge, timezone.now()),
        "clock_unknown": getattr(presence_of(edge), "clock", None) == ClockState.UNKNOWN,
        "commands": [_command_text(edge, each) for each in commands],
        "is_asked": any(each.answered_at is None and not _is_late(each) for each in commands),
    }


def _as_of(edge: Edge, state: ConfigurationState) -> str:
    """When the edge said what stands there; empty: it has not."""
    return "" if state.reported is None else instant_text(edge, state.reported.received_at)


def _light(state: ConfigurationState) -> dict[str, str]:
    light = LIGHTS.get(state.state)
    return {
        "config_light": "" if light is None else light.value,
        "config_sign": "" if light is None else _SIGNS[light],
    }


def _fate(edge: Edge, made: Configuration) -> str:
    if made.refused_at is not None:
        told = {"instant": instant_text(edge, made.refused_at), "why": refusal_text(made)}
        return _("refused %(instant)s: %(why)s") % told
    if made.stood_at is None:
        return _("not heard of")
    return _("stood from %(instant)s") % {"instant": instant_text(edge, made.stood_at)}


def _first_text(edge: Edge, state: ConfigurationState) -> str:
    """What the text field begins with."""
    if state.newest is not None:
        return state.newest.text.strip("\n") + "\n"
    return edge_toml(edge, edge.readers.select_related(*NAMED)) + "\n"


def _command_text(edge: Edge, order: CommandOrder) -> str:
    what = f"{instant_text(edge, order.given_at)}: {_NAMES[order.kind]}{' ' if order.reader else ''}{order.reader}"
    if order.answered_at is not None:
        answer = answer_text(order)
        return f"{what}: {_('not done, %(why)s') % {'why': answer} if order.why else answer}"
    return f"{what}: {_('nothing was heard of it') if _is_late(order) else _('on its way')}"


def _is_late(order: CommandOrder) -> bool:
    return timezone.now() - order.given_at > timedelta(seconds=COMMAND_LIFE_S)
