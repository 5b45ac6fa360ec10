"""What is kept of what edges tell each minute, and of workers: marks, the short history, and its end."""

import io
import math
from datetime import timedelta

import pytest

from contract.messages import encode
from contract.orders import Telemetry
from contract.topics import UP_TELEMETRY
from hub.fleet import operations as fleet
from hub.fleet.edge_marks import StaleMark
from hub.fleet.models import WorkerBeat
from hub.fleet.named import UnknownEdge
from hub.fleet.workers import workers_shown
from hub.sync.beat import Beat
from hub.sync.clocks import Clocks
from hub.sync.inbox import Inbox
from hub.sync.log import Log
from hub.sync.worker import Worker
from hub.watch import operations
from hub.watch.models import EdgeTelemetry, EventCount, TelemetrySlot
from hub.watch.queries import event_counts
from tests.hub.conftest import DATA, Database
from tests.hub.scans import AT, Club, small_club
from tests.hub.seals import said
from tests.hub.telemetries import scans, telemetry
from tests.hub.worker_desk import ListeningBroker


@pytest.fixture
def club(database: Database) -> Club:
    return small_club()


def note(said: Telemetry, seconds: float = 0, edge: str = "clubhouse") -> EdgeTelemetry:
    operations.note_telemetry(edge, said, AT + timedelta(seconds=seconds))
    return EdgeTelemetry.objects.get(edge__name=edge)


def slots() -> list[list[int]]:
    return list(TelemetrySlot.objects.order_by("slot").values_list("latency_ms", flat=True))


def test_the_newest_is_kept_whole(club: Club) -> None:
    note(telemetry())
    kept = note(telemetry(queue=4, temperature_c=None, counters={"lost": 2}), 60)
    assert (kept.queue, kept.temperature_c, kept.counters, kept.disk_free_share) == (4, None, {"lost": 2}, 0.7)
    assert kept.received_at == AT + timedelta(seconds=60)


def test_a_queue_that_the_edge_cannot_know_stays_as_it_was(club: Club) -> None:
    assert note(telemetry(queue=None)).queue == 0
    assert note(telemetry(queue=4), 60).queue == 4
    assert note(telemetry(queue=None), 120).queue == 4


def test_the_same_again_is_no_news_and_an_older_one_is_stale(club: Club) -> None:
    older, said = telemetry(queue=1), telemetry(queue=2)
    note(said)
    assert note(said, 60).received_at == AT
    with pytest.raises(StaleMark):
        note(older, 60)
    assert EdgeTelemetry.objects.get().queue == 2
    assert slots() == [scans(up_to_5=3)]


def test_nobody_elses_is_kept(club: Club) -> None:
    with pytest.raises(UnknownEdge):
        operations.note_telemetry("nowhere", telemetry(), AT)
    assert not EdgeTelemetry.objects.exists()


def test_figures_that_are_none_and_names_that_no_edge_has_are_left_out(club: Club) -> None:
    strange = telemetry(
        temperature_c=math.nan, load=math.inf, uptime_s=math.inf, counters={"nul\x00": 1, "lost": 1}
    )
    kept = note(strange)
    assert (kept.temperature_c, kept.load, kept.uptime_s, kept.counters) == (None, None, 0.0, {"lost": 1})
    assert TelemetrySlot.objects.get().temperature_c is None


def test_a_slot_counts_what_came_in_it(club: Club) -> None:
    note(telemetry(latency_ms=scans(up_to_5=3)))
    note(telemetry(latency_ms=scans(up_to_5=3, up_to_50=2), temperature_c=61.0, queue=9), 60)
    note(telemetry(latency_ms=scans(up_to_5=4, up_to_50=2)), 300)
    assert slots() == [scans(up_to_5=3, up_to_50=2), scans(up_to_5=1)]
    first = TelemetrySlot.objects.order_by("slot").first()
    assert first is not None
    assert (first.temperature_c, first.queue) == (61.0, 9)


def test_a_slot_that_froze_says_so(club: Club) -> None:
    for minute, measured in enumerate((-4.0, 0.0, None)):
        note(telemetry(temperature_c=measured), minute * 60)
    assert TelemetrySlot.objects.get().temperature_c == 0.0


def test_an_edge_that_starts_anew_counts_from_nothing(club: Club) -> None:
    note(telemetry(latency_ms=scans(up_to_5=100)))
    note(telemetry(start=2, latency_ms=scans(up_to_5=2)), 60)
    assert slots() == [scans(up_to_5=102)]


def test_a_count_that_falls_takes_nothing_away(club: Club) -> None:
    note(telemetry(latency_ms=scans(up_to_5=100)))
    note(telemetry(latency_ms=scans(up_to_5=2)), 60)
    assert slots() == [scans(up_to_5=100)]


def test_the_history_ends_after_a_week_slot_by_slot(club: Club) -> None:
    for minutes in (0, 6, 12):
        note(telemetry(), minutes * 60)
    assert operations.prune_slots(AT + timedelta(days=7)) == 0
    week_later = AT + timedelta(days=7, minutes=11)
    assert [operations.prune_slots(week_later) for _ in range(3)] == [1, 1, 0]
    assert len(slots()) == 1


def test_it_goes_with_its_edge(club: Club) -> None:
    note(telemetry())
    fleet.delete_edges([club.edge])
    assert not EdgeTelemetry.objects.exists()
    assert not TelemetrySlot.objects.exists()


def test_workers_beat_and_what_happened_adds_up(club: Club) -> None:
    operations.note_worker("first", AT, True, {"dropped.stale": 3, "over_limit": 1}, AT)
    operations.note_worker("second", AT, False, {"dropped.stale": 2}, AT)
    assert workers_shown(AT) == (2, 1)
    assert event_counts() == {"dropped.stale": 5, "over_limit": 1}
    operations.note_worker("first", AT, True, {}, AT + timedelta(seconds=60))
    assert workers_shown(AT + timedelta(seconds=60)) == (1, 1)
    operations.end_worker("first")
    assert workers_shown(AT + timedelta(seconds=60)) == (0, 0)
    operations.note_worker("third", AT, True, {}, AT + timedelta(days=2))
    assert [beat.name for beat in WorkerBeat.objects.all()] == ["third"]
    assert EventCount.objects.count() == 2


# The worker


class Ticking:
    """A worker's time, which the test moves."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0

    @property
    def clocks(self) -> Clocks:
        return Clocks(lambda: AT + timedelta(seconds=self.elapsed_s), lambda: self.elapsed_s)


@pytest.fixture
def time() -> Ticking:
    return Ticking()


@pytest.fixture
def log(time: Ticking) -> Log:
    return Log(io.StringIO(), time.clocks.now, time.clocks.monotonic_s)


def test_a_worker_takes_what_edges_tell(club: Club, log: Log, time: Ticking) -> None:
    worker = Worker(Inbox(), ListeningBroker(), log, time.clocks, DATA / "keys")
    older, newer = telemetry(queue=1), telemetry(queue=2)
    worker.handle([said(UP_TELEMETRY, encode(newer))])
    worker.handle([said(UP_TELEMETRY, encode(newer)), said(UP_TELEMETRY, b"\xff")])
    worker.handle([said(UP_TELEMETRY, encode(older))])
    assert EdgeTelemetry.objects.get().queue == 2
    assert log.counts() == {"dropped.no_message": 1, "dropped.stale": 1}


def test_a_worker_beats_each_ten_seconds_and_when_the_broker_comes_or_goes(
    club: Club, log: Log, time: Ticking
) -> None:
    beat = Beat(log, time.clocks)
    beat.tell(False)
    log.event("epoch_begun")
    log.dropped("stale", "it is old")
    log.dropped("stale", "it is old")
    time.elapsed_s = 9.0
    beat.tell(False)
    assert (workers_shown(AT), event_counts()) == ((1, 0), {})
    beat.tell(True)
    assert (workers_shown(AT), event_counts()) == ((1, 1), {"epoch_begun": 1, "dropped.stale": 2})
    log.dropped("stale", "it is old")
    time.elapsed_s = 19.0
    beat.tell(True)
    assert event_counts() == {"epoch_begun": 1, "dropped.stale": 3}
    beat.end()
    assert workers_shown(AT) == (0, 0)
