"""The tour: what is scanned where, and what must come of it."""

from dataclasses import dataclass

from demo.club import Club, ScanResult
from demo.table import Table


@dataclass(frozen=True)
class Stop:
    """One scan of the tour. `card` is a slug of the example club, or None for `data`."""

    reader: str
    card: str | None
    outcome: str
    reason: str
    data: bytes = b""
    label: str = ""


TOUR = (
    Stop("door", "full", "granted", "granted"),
    Stop("counter", "full", "granted", "granted"),
    Stop("counter", "full", "denied", "limit_reached"),
    Stop("door", "door-only", "granted", "granted"),
    Stop("counter", "door-only", "denied", "permission_missing"),
    Stop("door", "company-1", "granted", "granted"),
    Stop("counter", "company-1", "granted", "granted"),
    Stop("counter", "company-2", "granted", "granted"),
    Stop("door", "imported", "granted", "granted"),
    Stop("door", "expired", "denied", "expired"),
    Stop("door", "scheduled", "denied", "scheduled"),
    Stop("door", "revoked-card", "denied", "card_revoked"),
    Stop("door", "no-membership", "denied", "no_membership"),
    Stop("door", "unknown", "denied", "unknown_card"),
    Stop("door", None, "denied", "unreadable", data=b"\x1b[2J\x00\xff", label="(noise)"),
)
AFTER_THE_CHANGE = Stop("door", "company-1", "denied", "expired")


def run_tour(club: Club, table: Table) -> tuple[int, int]:
    """Scan everything; how many rows are as expected and stand at the hub, and how many there are."""
    table.print_head()
    results = [_scan(club, table, stop) for stop in TOUR]
    table.print_note("at the hub, the company's membership is revoked: one row of the feed")
    club.revoke_membership("company-1")
    results.append(_scan(club, table, AFTER_THE_CHANGE))
    return sum(results), len(results)


def _scan(club: Club, table: Table, stop: Stop) -> bool:
    if stop.card is None:
        label, data = stop.label, stop.data
    elif stop.card == "unknown":
        label, data = "unknown", club.seeded["unknown_code"].encode()
    else:
        label, data = stop.card, club.card(stop.card)["scan"].encode()
    result = club.scan(stop.reader, data)
    expected = is_as_expected(stop, result)
    table.print_row(label, result, expected=None if expected else f"{stop.outcome} {stop.reason}")
    return expected


def is_as_expected(stop: Stop, result: ScanResult) -> bool:
    return (result.outcome, result.reason) == (stop.outcome, stop.reason) and result.arrived
