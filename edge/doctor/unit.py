"""The edge's unit as it is installed at systemd, and the options that a person gave it. Reads files alone."""

import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NAME: Final = "doorward-edge.service"
FOLDERS: Final = tuple(
    Path(each)
    for each in ("/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
)
"""The first that has the unit counts (systemd.unit(5)); parts in NAME.d of all of them are added in the order of
their names, of one name the first."""
DEFAULTS: Final = Path("/etc/default/doorward-edge")
_OPTIONS: Final = "DOORWARD_EDGE_CONFIG"


@dataclass(frozen=True, slots=True)
class Unit:
    """`words` are those of all its sections; of several alike the last, which counts of those asked for here."""

    path: Path
    words: dict[str, str]
    is_enabled: bool = False
    """Whether something starts it with the machine."""
    is_masked: bool = False
    """Whether it is kept from being started at all: it says nothing, whatever its parts do."""


def unit_in(folders: tuple[Path, ...] = FOLDERS) -> Unit | None:
    """The unit; None: it is not installed, or may not be read."""
    for folder in folders:
        path = folder / NAME
        with suppress(OSError):
            own = dict(_words(path.read_text("utf-8", "replace")))
            words = dict(own)
            parts = {each.name: each for upper in reversed(folders) for each in upper.glob(f"{NAME}.d/*.conf")}
            for name in sorted(parts):
                with suppress(OSError):  # a link to nothing, as systemd passes it over
                    words.update(_words(parts[name].read_text("utf-8", "replace")))
            is_enabled = any(wants for each in folders for wants in each.glob(f"*.wants/{NAME}"))
            return Unit(path, words, is_enabled, is_masked=not own)
    return None


def configuration_in(defaults: Path = DEFAULTS) -> Path | None:
    """The edge.toml that the unit gives to its edge; None: none."""
    try:
        said = dict(_words(defaults.read_text("utf-8", "replace")))
        words = shlex.split(" ".join(shlex.split(said.get(_OPTIONS, ""))))
    except (OSError, ValueError):
        return None
    return configuration_of(words)


def configuration_of(arguments: list[str]) -> Path | None:
    """What stands behind --config."""
    for index, word in enumerate(arguments):
        if word == "--config" and index + 1 < len(arguments):
            return Path(arguments[index + 1])
        if word.startswith("--config="):
            return Path(word.partition("=")[2])
    return None


def _words(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith(("#", ";")):
            yield name.strip(), value.strip()
