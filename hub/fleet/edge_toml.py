"""What the hub's pages say, in the words of edge.toml: an edge's own lines, and the sections of its readers.

What belongs to the machine (devices, pins) the hub knows only from a configuration that was pushed.
"""

import json
from collections.abc import Iterable
from typing import Final

from django.db.models import Model

from hub.fleet.models import Edge, Reader

_ALWAYS: Final = ("name", "kind", "permission")
_SETTINGS: Final = (
    "mode",
    "enabled",
    "partner",
    "attended",
    "codes",
    "rescan_seconds",
    "clock",
    "replica_age_seconds_max",
    "area",
    "direction",
    "passback",
    "passback_seconds",
    "posture",
    "unlocked_schedule",
    "lockdown_permission",
    "confirm_seconds",
    "undo_permission",
)
"""Words of edge.toml that are fields of a reader by the same name, in the order of docs/configuration.md."""
_MACHINE: Final = {
    Reader.Kind.DOOR: "# and what the machine has: device, relay_pin, lamps and buzzer",
    Reader.Kind.COUNTER: "# and what the machine has: device, lamps and buzzer",
}


def edge_toml(edge: Edge, readers: Iterable[Reader]) -> str:
    """The edge's lines, which stand above all sections, and its readers' sections."""
    lines = [f"edge = {_toml(edge.name)}", f"feed = {_toml(edge.feed.name)}", f"site = {_toml(edge.site.name)}"]
    machine = "# and what the machine has: [hardware]"
    return "\n\n".join(["\n".join([*lines, machine]), *map(reader_toml, readers)])


def reader_toml(reader: Reader) -> str:
    """Its section, as it stands; what goes without saying is left out."""
    words = [*_ALWAYS, *(word for word in _SETTINGS if _value(reader, word) != _default(word))]
    lines = [f"{word} = {_toml(_value(reader, word))}" for word in words]
    return "\n".join(["[[readers]]", *lines, _MACHINE[Reader.Kind(reader.kind)]])


def _value(reader: Reader, word: str) -> object:
    value = getattr(reader, word)
    # Edges know permissions, partners and schedules by their slugs.
    return value.slug if isinstance(value, Model) else value


def _default(word: str) -> object:
    return Reader._meta.get_field(word).get_default()


def _toml(value: object) -> str:
    """Strings here are names and choices, which JSON writes as TOML does; so it does numbers, true and false."""
    return json.dumps(value)
