"""The copy of the feed that decides: whether it is there, exact, where it stands and how old it is."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from contract.calendar import CalendarError, zone_of
from contract.configuration import Configuration
from contract.errors import ContractError
from contract.facts import Position
from contract.feed import Kind, schedule_key, site_key
from contract.high_water import HEAD, POSITION, HighWater
from contract.plan_rows import schedule_of, zone_named
from edge.core.floors import is_below
from edge.doctor.findings import Finding, failure, ok, warning
from edge.doctor.patient import Patient
from edge.doctor.spans import span
from edge.storage.feed_tables import FORMAT
from edge.storage.inspection import ReplicaSeen, Unreadable, hours_in, look_at_replica, replica_in
from edge.storage.small_file import DamagedFile

OLD_S: Final = 3_600.0
"""A hub says where its feed stands each minute."""
_PULL: Final = "start the edge anew where it can reach its hub: it pulls another one"
_NOT_READY: Final = "without a whole replica everybody is denied, as not_ready"


class _Named(NamedTuple):
    """`place`: where the configuration names it; `without`: what is so where the hub has none of that name."""

    place: str
    called: str
    key: tuple[int, bytes]
    without: str
    read: Callable[[bytes], object]


def exact(patient: Patient) -> Iterator[Finding]:
    path = replica_in(patient.state_dir)
    if path is None:
        yield failure(
            "replica.file", "there is no replica", _NOT_READY, "let the edge reach its hub: it pulls one"
        )
        return
    try:
        seen = look_at_replica(path)
    except Unreadable as error:
        yield failure("replica.file", str(error), _NOT_READY, _PULL)
        return
    if seen.format != FORMAT:
        what = f"{seen.name} is of format {seen.format}; this Doorward's is {FORMAT}"
        yield warning("replica.file", what, "it is pulled anew when this Doorward's edge starts", _PULL)
    elif not seen.standing.complete:
        yield failure(
            "replica.file", f"{seen.name} is not complete", _NOT_READY, "wait until it is pulled: minutes"
        )
    elif seen.counted != seen.standing.digest:
        what = f"{seen.name} does not have the digest that it says"
        yield failure("replica.digest", what, "rows are missing or changed: the disk may fail", _PULL)
    else:
        yield ok("replica.digest", f"{seen.name}: {seen.rows} rows, recounted, exactly those of its position")
    yield from _position(seen, patient)


def _position(seen: ReplicaSeen, patient: Patient) -> Iterator[Finding]:
    stands = seen.standing.position
    told = f"feed {stands.feed}, sequence {stands.sequence} of epoch {stands.epoch}"
    followed = None if patient.reach is None else patient.reach.feed
    try:
        marks = patient.marks
    except (DamagedFile, OSError) as error:
        why = "how far this edge had come is not known: an older copy could not be told from a newer one"
        yield failure("replica.position", str(error), why, "start the edge anew: it sets the file aside")
        return
    floor, head = _floor(marks, stands.feed), _head_epoch(marks, stands.feed)
    if followed not in (None, stands.feed):
        yield failure("replica.position", told, f"the edge follows the feed {followed}", _PULL)
    elif is_below(stands, floor) and floor is not None:
        why = f"it once stood at {floor.sequence} of epoch {floor.epoch}: an older copy does not decide"
        yield failure("replica.position", told, why, _PULL)
    elif head is not None and stands.epoch < head:
        why = f"the hub is in epoch {head} by now"
        yield warning("replica.position", told, why, "let the edge reach its hub")
    else:
        yield ok("replica.position", told)


def age(patient: Patient) -> Iterator[Finding]:
    """As last written down, each minute."""
    if replica_in(patient.state_dir) is None:
        return
    age_s = patient.replica_age_s
    readers = () if patient.configuration is None else patient.configuration.readers
    limits_s = {each.name: each.replica_age_seconds_max for each in readers if each.replica_age_seconds_max}
    denying = [name for name, limit_s in limits_s.items() if age_s is None or age_s > limit_s]
    told = "how old the replica is, is not known" if age_s is None else f"whole as of {span(age_s)} ago"
    reach = "let the edge reach its hub: broker.* says what is in the way"
    if denying:
        yield failure("replica.age", told, f"{', '.join(denying)} take none as old, and deny", reach)
    elif age_s is None or age_s > OLD_S:
        why = "what the hub changed since is not known here: new members are denied, those who left are let in"
        yield warning("replica.age", told, why, reach)
    else:
        yield ok("replica.age", told)


def time_zone(patient: Patient) -> Iterator[Finding]:
    """Of the site whose hours and days count here."""
    site = None if patient.configuration is None else patient.configuration.site
    row = None if site is None else (_hours(patient) or {}).get((Kind.SITE, site_key(site)))
    if site is None or row is None:
        return
    try:
        zone = zone_named(row)
    except ContractError:
        return  # `names` says so.
    try:
        zone_of(zone)
    except CalendarError:
        what = f"the time zone {zone} is not known here"
        why = f"{site} counts its days and hours in it: everybody is denied, as not_ready"
        yield failure("replica.time_zone", what, why, "sudo apt install tzdata", site)
    else:
        yield ok("replica.time_zone", zone, site)


def names(patient: Patient) -> Iterator[Finding]:
    """Whether the hub has the site and the schedules that the configuration names."""
    rows = _hours(patient)
    if rows is None or patient.configuration is None:
        return
    for each in _named(patient.configuration):
        body = rows.get(each.key)
        if body is None:
            to_do = f"correct {each.place} in its configuration, or make it at the hub"
            yield warning("replica.names", f"the hub has no {each.called}", each.without, to_do, each.place)
        elif not _can_read(each, body):
            what = f"what the hub says of {each.called} cannot be read here"
            why = "its hub may be newer than this Doorward"
            yield failure("replica.names", what, why, "install the newer Doorward", each.place)
        else:
            yield ok("replica.names", f"the hub has {each.called}", each.place)


def _named(configuration: Configuration) -> Iterator[_Named]:
    site = configuration.site
    if site is not None:
        without = "days and hours count in UTC, without holidays"
        yield _Named("site", f"site {site}", (Kind.SITE, site_key(site)), without, zone_named)
    for reader in configuration.readers:
        schedule = reader.unlocked_schedule
        if schedule is not None:
            key, without = (Kind.SCHEDULE, schedule_key(schedule)), f"no hours unlock {reader.name}"
            yield _Named(f"{reader.name}.unlocked_schedule", f"schedule {schedule}", key, without, schedule_of)


def _can_read(named: _Named, body: bytes) -> bool:
    try:
        named.read(body)
    except ContractError:
        return False
    return True


def _hours(patient: Patient) -> dict[tuple[int, bytes], bytes] | None:
    """None: there is no whole replica to be read, which `exact` says."""
    path = replica_in(patient.state_dir)
    try:
        return None if path is None else hours_in(path)
    except Unreadable:
        return None


def _floor(marks: HighWater, feed: str) -> Position | None:
    """How far a replica of this feed had come."""
    reached = [each.mark for each in marks.reached() if (each.sender, each.kind) == (feed, POSITION)]
    return Position(feed, *reached[0]) if reached else None


def _head_epoch(marks: HighWater, feed: str) -> int | None:
    reached = [each.mark.epoch for each in marks.reached() if (each.sender, each.kind) == (feed, HEAD)]
    return reached[0] if reached else None
