"""The readers that each edge of the simulation has, as its configuration says them."""

from typing import Any


def readers() -> list[dict[str, Any]]:
    """Of each edge: an area with anti-passback, a plain limit that can be undone, one that asks first, one that
    may a few times without."""
    door = {"kind": "door", "permission": "front-door", "area": "club"}
    counter = {"kind": "counter"}
    return [
        {"name": "door", "device": "/dev/door", "relay_pin": 17, **door},
        {"name": "out", "device": "/dev/out", "relay_pin": 18, "direction": "out", **door},
        {
            "name": "strict",
            "device": "/dev/strict",
            "relay_pin": 19,
            "passback": "hard",
            "passback_seconds": 120,
            **door,
        },
        {"name": "bar", "permission": "glass", "device": "/dev/bar", "undo_permission": "undo", **counter},
        {"name": "sauna", "permission": "sauna", "device": "/dev/sauna", **counter},
        {"name": "gym", "permission": "gym", "device": "/dev/gym", **counter},
        {"name": "pool", "permission": "pool", "device": "/dev/pool", **counter},
    ]


DOORS = ("door", "out", "strict")
COUNTERS = ("bar", "sauna", "gym", "pool")
READERS = tuple(str(reader["name"]) for reader in readers())
