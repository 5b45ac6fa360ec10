"""What a hub orders of an edge and what the edge says of it: configuration, modes, commands, telemetry.

Messages as in contract/messages.py, sealed as all are; the marks are contract/high_water.py's. A configuration is
tried and can be refused; modes are their own document, so that nothing which keeps a configuration from being
applied holds a lockdown up; a command is done once or not at all.
"""

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Final

from msgspec import Meta, Struct, json

from contract.ask import Posture
from contract.instants import InstantUs
from contract.messages import READERS_MAX, Epoch, Name, ReaderPresence, Sequence

COMMAND_LIFE_S: Final = 10
"""How long a command may wait for its edge, from when it was given."""
UNREACHABLE_S: Final = 120
"""An edge that does not reach its hub for so long after its network, broker or feed was changed goes back."""
LATENCY_BOUNDS_MS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
"""Upper bounds, included, of the histogram's buckets; one more bucket is for what took longer."""
COUNTERS_MAX: Final = 100
ALARMS_MAX: Final = 8
ENDED_MAX: Final = 4
"""Of one door."""

Generation = Annotated[int, Meta(ge=0, le=2**53)]
"""0: none yet."""
DIGEST_BYTES: Final = 16
Digest = Annotated[bytes, Meta(min_length=DIGEST_BYTES, max_length=DIGEST_BYTES)]
PLACE_LETTERS_MAX: Final = 200
WORDS_LETTERS_MAX: Final = 500
Words = Annotated[str, Meta(max_length=WORDS_LETTERS_MAX)]


class Desired(Struct, frozen=True, kw_only=True):
    """hub -> edge, down/{edge}/config, retained: the whole configuration that the edge should have.

    `document` is what an edge.toml says, with edge, feed and site. (epoch, generation) only rises: the same again
    changes nothing, and neither does one that was refused or taken back.
    """

    epoch: Epoch
    generation: Annotated[int, Meta(ge=1, le=2**53)]
    document: dict[str, Any]


def digest_of(document: dict[str, Any]) -> bytes:
    """By which two documents are told to say the same, in whatever order; 16 bytes."""
    return sha256(json.encode(document, order="deterministic")).digest()[:DIGEST_BYTES]


class Refused(Struct, frozen=True, kw_only=True):
    """A configuration that does not stand: `field` is the place in it (None: none of its fields), `why` in words.

    `step` is where it failed: "validate", "self_test", "apply" or "unreachable". `document` is the digest of what
    it says.
    """

    epoch: Epoch
    generation: Annotated[int, Meta(ge=1, le=2**53)]
    step: Name
    field: Annotated[str, Meta(max_length=PLACE_LETTERS_MAX)] | None = None
    why: Words
    document: Digest | None = None


class ReaderMode(Struct, frozen=True, kw_only=True):
    reader: Name
    posture: Posture


class Reported(Struct, frozen=True, kw_only=True):
    """edge -> hub, up/{edge}/reported, retained: which orders stand at the edge.

    `epoch` and `generation` are the configuration's, 0 and 0 where it is the edge's own edge.toml or none;
    `trying` while it waits to reach its hub with it. `refused` is the newest that does not stand, above the one
    that does. `mode_edge` and `mode_readers` are the modes that stand, as in Modes: a hub that has forgotten them
    keeps their lockdowns. `document` is the digest of the configuration that stands, by which a hub that was put
    back from a backup sees that it has given a number out twice. `command` is the highest number that was heard.
    `start` and `n` as in Presence.
    """

    start: Sequence
    n: Sequence
    at_us: InstantUs
    epoch: Sequence
    generation: Generation
    trying: bool = False
    document: Digest | None = None
    refused: Refused | None = None
    mode_epoch: Sequence
    mode_generation: Generation
    mode_edge: Posture | None = None
    mode_readers: Annotated[list[ReaderMode], Meta(max_length=READERS_MAX)] = []
    command_epoch: Sequence
    command: Sequence


class Modes(Struct, frozen=True, kw_only=True):
    """hub -> edge, down/{edge}/mode, retained: what its readers are set to by hand, above configuration and hours.

    The first that applies to a reader: a lockdown of the edge, or of itself; what it is set to; what the edge is
    set to; nothing, so that configuration and hours hold. Applied at once, and kept over a reboot.
    """

    epoch: Epoch
    generation: Annotated[int, Meta(ge=1, le=2**53)]
    edge: Posture | None = None
    readers: Annotated[list[ReaderMode], Meta(max_length=READERS_MAX)] = []

    def of(self, reader: str) -> Posture | None:
        """What a reader is set to; None: nothing, configuration and hours hold."""
        own = next((mode.posture for mode in self.readers if mode.reader == reader), None)
        if Posture.LOCKDOWN in (own, self.edge):
            return Posture.LOCKDOWN
        return self.edge if own is None else own


class CommandKind(StrEnum):
    UNLOCK_ONCE = "unlock_once"
    """A door opens for one pulse. Refused in a lockdown, and while the edge's clock is unknown."""
    IDENTIFY = "identify"
    """Lamps blink, so that somebody sees which one it is."""
    RESYNC = "resync"
    """A fresh replica is loaded beside the one that decides; `reader` is None."""


class Command(Struct, frozen=True, kw_only=True):
    """hub -> edge, down/{edge}/command, never retained: done once, if it comes before `expires_us`.

    (epoch, number) only rises, and is on disk before anything is done. `reader` None: all of the edge's.
    """

    epoch: Epoch
    number: Annotated[int, Meta(ge=1, le=2**53)]
    kind: CommandKind
    reader: Name | None = None
    expires_us: InstantUs


class CommandWhy(StrEnum):
    """Why a command was not done; part of the protocol."""

    EXPIRED = "expired"
    CLOCK_UNKNOWN = "clock_unknown"
    UNKNOWN_READER = "unknown_reader"
    NO_DOOR = "no_door"
    LOCKDOWN = "lockdown"
    INTERLOCKED = "interlocked"
    NO_LAMP = "no_lamp"
    FAILED = "failed"


class Answered(Struct, frozen=True, kw_only=True):
    """edge -> hub, up/{edge}/answered: what became of a command. `why` None: it was done."""

    epoch: Epoch
    number: Annotated[int, Meta(ge=1, le=2**53)]
    at_us: InstantUs
    why: Name | None = None


class DoorAlarm(Struct, frozen=True, kw_only=True):
    """`forced_open`, `held_open`, `tamper`, `exit_stuck` or `fire`, by the edge's clock since `since_us`."""

    alarm: Name
    since_us: InstantUs


class EndedAlarm(DoorAlarm, frozen=True, kw_only=True):
    """One that is over: it lasted until `until_us`."""

    until_us: InstantUs


class DoorReport(Struct, frozen=True, kw_only=True):
    """A door of which something is sensed. `state` None: it has no contact. `ended`: its last alarms of this start
    that are over, the last one last."""

    name: Name
    state: Name | None
    since_us: InstantUs
    alarms: Annotated[list[DoorAlarm], Meta(max_length=ALARMS_MAX)] = []
    ended: Annotated[list[EndedAlarm], Meta(max_length=ENDED_MAX)] = []


class Telemetry(Struct, frozen=True, kw_only=True):
    """edge -> hub, up/{edge}/telemetry, each minute, when the edge has connected, and when an alarm of a door
    begins or ends: how the edge does. `start` and `n` as in Presence.

    `latency_ms` counts scans since the start, from the last byte to the signal, in LATENCY_BOUNDS_MS and one more
    bucket; `counters` are events since the start by name. `queue` is the journal's rows that the hub has not
    acked. None: this machine does not tell, or its journal cannot be read.
    """

    start: Sequence
    n: Sequence
    at_us: InstantUs
    uptime_s: Annotated[float, Meta(ge=0)]
    queue: Sequence | None
    latency_ms: Annotated[
        list[Sequence], Meta(min_length=len(LATENCY_BOUNDS_MS) + 1, max_length=len(LATENCY_BOUNDS_MS) + 1)
    ]
    counters: Annotated[dict[Name, Sequence], Meta(max_length=COUNTERS_MAX)]
    readers: Annotated[list[ReaderPresence], Meta(max_length=READERS_MAX)] = []
    doors: Annotated[list[DoorReport], Meta(max_length=READERS_MAX)] = []
    temperature_c: float | None = None
    disk_free_bytes: Sequence | None = None
    disk_free_share: Annotated[float, Meta(ge=0, le=1)] | None = None
    memory_bytes: Sequence | None = None
    load: Annotated[float, Meta(ge=0)] | None = None
