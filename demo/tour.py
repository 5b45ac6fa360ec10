"""The tour: what is scanned where, and what must come of it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from contract.rotating import digits_at, rotating_text, step_at
from demo.club import Club, ScanResult
from demo.table import Table


@dataclass(frozen=True)
class Stop:
    """One scan of the tour. `card` is a slug of the example club, or None for `data`. `rotating`: with the digits
    that a wallet shows now, or, where they were just used, with the same once more. `needs_clock`: without a clock
    that is kept right, a reader for rotating codes takes static ones, so that nobody is locked out."""

    reader: str
    card: str | None
    outcome: str
    reason: str
    data: bytes = b""
    label: str = ""
    rotating: bool = False
    needs_clock: bool = False


TOUR = (
    Stop("door", "full", "granted", "granted"),
    Stop("counter", "full", "granted", "granted"),
    Stop("counter", "full", "denied", "limit_reached"),
    Stop("door", "door-only", "granted", "granted"),
    Stop("counter", "door-only", "denied", "permission_missing"),
    Stop("door", "company-1", "granted", "granted"),
    Stop("counter", "company-1", "granted", "granted"),
    Stop("counter", "company-2", "granted", "granted"),
    Stop("counter", "staff", "granted", "granted", label="staff: undo"),
    Stop("counter", "company-2", "granted", "granted"),
    Stop("door", "imported", "granted", "granted"),
    Stop("lounge", "wallet", "denied", "code_stale", label="wallet, a photo", needs_clock=True),
    Stop("lounge", "wallet", "granted", "granted", label="wallet, live", rotating=True),
    Stop("lounge", "wallet", "denied", "code_replayed", label="wallet, again", rotating=True, needs_clock=True),
    Stop("door", "off-peak", "denied", "outside_hours"),
    Stop("door", "expired", "denied", "expired"),
    Stop("door", "scheduled", "denied", "scheduled"),
    Stop("door", "revoked-card", "denied", "card_revoked"),
    Stop("door", "no-membership", "denied", "no_membership"),
    Stop("door", "unknown", "denied", "unknown_card"),
    Stop("door", None, "denied", "unreadable", data=b"\x1b[2J\x00\xff", label="(noise)"),
)
IN_LOCKDOWN = Stop("door", "full", "denied", "lockdown")
AFTER_LOCKDOWN = Stop("door", "full", "granted", "granted")
AFTER_THE_CHANGE = Stop("door", "company-1", "denied", "expired")


def run_tour(club: Club, table: Table) -> tuple[int, int]:
    """Scan everything; how many rows are as expected and stand at the hub, and how many there are."""
    table.print_head()
    stops = [stop for stop in TOUR if club.keeps_time() or not stop.needs_clock]
    results = [_scan(club, table, stop) for stop in stops]
    if len(stops) < len(TOUR):
        table.print_note("left out: a photo of a rotating code. Nothing keeps this machine's clock right (NTP)")
    table.print_note("at the hub, the company's membership is revoked: one row of the feed")
    club.revoke_membership("company-1")
    results.append(_scan(club, table, AFTER_THE_CHANGE))
    table.print_note("at the hub, the edge is locked down, and then no more")
    club.lock_down()
    results.append(_scan(club, table, IN_LOCKDOWN))
    club.end_lockdown()
    results.append(_scan(club, table, AFTER_LOCKDOWN))
    return sum(results), len(results)


def _scan(club: Club, table: Table, stop: Stop) -> bool:
    if stop.card is None:
        label, data = stop.label, stop.data
    elif stop.card == "unknown":
        label, data = "unknown", club.seeded["unknown_code"].encode()
    else:
        label, data = stop.label or stop.card, (_live(club, stop) if stop.rotating else _static(club, stop))
    result = club.scan(stop.reader, data)
    expected = is_as_expected(stop, result)
    table.print_row(label, result, expected=None if expected else f"{stop.outcome} {stop.reason}")
    return expected


def _static(club: Club, stop: Stop) -> bytes:
    assert stop.card is not None
    return str(club.card(stop.card)["scan"]).encode()


def _live(club: Club, stop: Stop) -> bytes:
    """What a wallet shows: the code, and the digits of now. Two stops in a row show the same."""
    assert stop.card is not None
    card = club.card(stop.card)
    if "shown" not in card:
        card["shown"] = digits_at(bytes.fromhex(card["rotating_secret"]), step_at(datetime.now(UTC)))
    return rotating_text(card["scan"], card["shown"]).encode()


def is_as_expected(stop: Stop, result: ScanResult) -> bool:
    return (result.outcome, result.reason) == (stop.outcome, stop.reason) and result.arrived
