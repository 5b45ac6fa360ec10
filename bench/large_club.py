"""A large club on disk: an edge's state folder whose replica is whole, and the edge.toml to run it."""

from itertools import islice
from pathlib import Path

from bench.population import ORGANIZATION_KEY, changes
from bench.timed_edge import KEYBOARD, KEYBOARD_RELAY_PIN, RELAY_PIN
from contract.feed import Row, moved_digest, row_digest
from edge.storage.replica import Replica
from tests.enrolled import enrolled_state

_PAGE_ROWS = 1_000
_CONFIG = """\
[hardware]
pin_factory = "mock"
[[readers]]
name = "door"
kind = "door"
permission = "front-door"
device = "{folder}/door.tty"
relay_pin = {relay}
pulse_seconds = 0.5
"""
_KEYBOARD = """\
[[readers]]
name = "side-door"
kind = "door"
permission = "front-door"
device = "/dev/input/by-id/{keyboard}"
relay_pin = {relay}
pulse_seconds = 0.5
"""


def write_config(folder: Path, types: bool = False) -> Path:
    """One door with a serial scanner; and a second with a scanner that `types`."""
    config = folder / "edge.toml"
    text = _CONFIG.format(folder=folder, relay=RELAY_PIN)
    if types:
        text += _KEYBOARD.format(keyboard=KEYBOARD, relay=KEYBOARD_RELAY_PIN)
    config.write_text(text)
    return config


def run_arguments(folder: Path, config: Path) -> list[str]:
    """Of the edge's command; its state lies in the folder's `edge`."""
    return ["run", "--state", str(folder / "edge"), "--config", str(config)]


def enrol(folder: Path) -> None:
    """As if a hub had enrolled the edge; nothing listens where its broker should be."""
    enrolled_state(folder / "edge", organization_key=ORGANIZATION_KEY)


def rows_of(cards: int) -> list[Row]:
    return [
        Row(sequence, change.kind, change.key, change.ref, change.body)
        for sequence, change in enumerate(changes(cards), start=1)
    ]


async def fill_replica(folder: Path, cards: int) -> int:
    """Load a whole replica into the edge's state folder as the hub link would; the number of its rows."""
    replica = await Replica.open(folder / "edge")
    all_rows = rows_of(cards)
    await replica.start_fresh("everyone", 1, all_rows[-1].sequence)
    digest = 0
    remaining = iter(all_rows)
    while page := list(islice(remaining, _PAGE_ROWS)):
        digests = [row_digest(row.kind, row.key, row.ref, row.body or b"") for row in page]
        digest = moved_digest(digest, (), digests)
        await replica.load(page, page[-1].sequence)
    if not await replica.finish_fresh(digest):
        raise AssertionError("the replica that was just filled has another digest")
    await replica.close()
    return len(all_rows)
