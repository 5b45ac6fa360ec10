"""What a hub's key before the current one is still good for: little, and for no longer than was said."""

import errno
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from contract.instants import to_us
from contract.keys import SigningKey, Trusted
from contract.messages import Head, Live, Page
from contract.seal import Rotation
from contract.topics import DOWN_COMMAND, DOWN_CONFIG, DOWN_MODE, DOWN_PAGE, FEED_HEAD, FEED_LIVE, down, feed, key
from contract.trust import ClockState
from edge.core.said import Said
from edge.core.sync_events import CLEARED, Answer, Dropped, State
from edge.hub_link.link_time import Known, LinkTime
from edge.hub_link.mail import Mail
from edge.hub_link.seals import Seals
from edge.hub_link.transport import Heard, HubKey, HubKeyNotKept
from edge.storage.enrolment_file import read_enrolment, save_trusted
from tests.enrolled import EDGE, EDGE_KEY, FEED, HUB_KEY, enrolled_state, sealed

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NEW_KEY = SigningKey(b"\x42" * 32)
PAGE = Page(feed=FEED, epoch=1, after=0, upto=0, head=0, rows=[], nonce=b"n" * 16, digest=bytes(32), at_us=5)
HEAD = Head(feed=FEED, epoch=1, sequence=0, digest=bytes(32), at_us=5)


@dataclass
class Time:
    known: Known = field(default_factory=lambda: Known(AT, AT, ClockState.SYNCED))


@dataclass
class Run:
    mail: Mail
    time: Time
    folder: Path

    def rotate(self, until: datetime) -> list[Heard]:
        rotation = Rotation(key=NEW_KEY.verifying.public, generation=2, old_until_us=to_us(until))
        return self.mail.read(key(2), sealed(key(2), rotation))

    def page(self, by: SigningKey) -> Heard:
        topic = down(EDGE, DOWN_PAGE)
        return self.mail.read(topic, sealed(topic, PAGE, by))[-1]

    def head(self, by: SigningKey) -> Heard:
        topic = feed(FEED, FEED_HEAD)
        return self.mail.read(topic, sealed(topic, HEAD, by))[-1]

    def old_on_disk(self) -> bool:
        return read_enrolment(self.folder).trusted.old is not None


@pytest.fixture
def run(tmp_path: Path) -> Run:
    trusted, time = enrolled_state(tmp_path).trusted, Time()
    seals = Seals(EDGE_KEY, trusted, partial(save_trusted, tmp_path))
    return Run(Mail(EDGE, FEED, seals, Said(1), time), time, tmp_path)  # type: ignore[arg-type]


def test_keys_are_subscribed_to_before_all_that_they_seal(run: Run) -> None:
    assert run.mail.topics[0] == key("+")


@pytest.mark.parametrize("what", [DOWN_CONFIG, DOWN_MODE])
def test_an_order_that_is_taken_back_is_no_fault(run: Run, what: str) -> None:
    (heard,) = run.mail.read(down(EDGE, what), b"")
    assert isinstance(heard, Dropped) and heard.why == CLEARED
    (broken,) = run.mail.read(down(EDGE, DOWN_COMMAND), b"")
    assert isinstance(broken, Dropped) and broken.why == "wrong_size"


def test_rows_out_of_order_are_dropped(run: Run) -> None:
    topic = feed(FEED, FEED_LIVE)
    rows = [(2, 1, b"a", b"", b"x"), (1, 1, b"b", b"", b"x")]
    live = Live(feed=FEED, epoch=1, after=0, upto=2, rows=rows, digest=bytes(32))  # type: ignore[arg-type]
    (heard,) = run.mail.read(topic, sealed(topic, live))
    assert isinstance(heard, Dropped)
    assert "out of order" in heard.text


def test_the_old_key_counts_until_its_instant_and_then_leaves_the_disk(run: Run) -> None:
    assert [type(each) for each in run.rotate(AT + DAY)] == [HubKey]
    assert run.old_on_disk()
    assert run.head(HUB_KEY) == HEAD
    run.time.known = Known(AT + DAY, AT + DAY, ClockState.SYNCED)
    assert isinstance(run.head(HUB_KEY), Dropped)
    assert not run.old_on_disk()
    run.time.known = Known(AT, AT, ClockState.SYNCED)
    assert isinstance(run.head(HUB_KEY), Dropped)
    assert run.head(NEW_KEY) == HEAD


def test_one_that_ends_at_once_is_never_kept(run: Run) -> None:
    run.time.known = Known(datetime(1970, 1, 1, 0, 5, tzinfo=UTC), None, ClockState.UNKNOWN)
    run.rotate(datetime(1970, 1, 1, tzinfo=UTC))
    assert not run.old_on_disk()
    assert isinstance(run.head(HUB_KEY), Dropped)


def test_the_old_key_tells_no_time(run: Run) -> None:
    run.rotate(AT + DAY)
    assert run.page(HUB_KEY) == replace_at(None)
    assert run.page(NEW_KEY) == PAGE


def replace_at(at_us: int | None) -> Page:
    return Page(**{name: getattr(PAGE, name) for name in PAGE.__struct_fields__} | {"at_us": at_us})


def test_where_the_time_is_unknown_it_counts_once_the_new_key_has_told_it(run: Run) -> None:
    unknown = Known(AT - DAY, AT - DAY, ClockState.UNKNOWN, answers=3)
    run.time.known = unknown
    run.rotate(AT + DAY)
    assert isinstance(run.head(HUB_KEY), Dropped)
    run.time.known = replace(unknown, at=AT, answers=4)
    assert run.head(HUB_KEY) == HEAD


def test_a_key_that_cannot_leave_the_disk_counts_no_more_all_the_same(run: Run) -> None:
    run.rotate(AT + DAY)
    run.time.known = Known(AT + DAY, AT + DAY, ClockState.SYNCED)
    (run.folder / "enrolment" / "enrolment.json").chmod(0o640)
    topic = feed(FEED, FEED_HEAD)
    told, heard = run.mail.read(topic, sealed(topic, HEAD, HUB_KEY))
    assert isinstance(told, HubKeyNotKept)
    assert isinstance(heard, Dropped)


def test_a_key_that_could_not_leave_the_disk_leaves_it_later(run: Run) -> None:
    run.rotate(AT + DAY)
    path, topic = run.folder / "enrolment" / "enrolment.json", feed(FEED, FEED_HEAD)
    path.chmod(0o640)
    told = []
    for seconds in (0, 1, 59, 60, 119, 120, 121):
        if seconds == 120:
            path.chmod(0o600)
        now = AT + DAY + timedelta(seconds=seconds)
        run.time.known = Known(now, now, ClockState.SYNCED)
        heard = run.mail.read(topic, sealed(topic, HEAD, NEW_KEY))
        told += [seconds for each in heard if isinstance(each, HubKeyNotKept)]
    assert told == [0, 60]
    assert not run.old_on_disk()


@pytest.mark.parametrize("damage", ["mode", "content", "missing"])
def test_an_enrolment_that_is_damaged_meanwhile_breaks_nothing(run: Run, damage: str) -> None:
    path = run.folder / "enrolment" / "enrolment.json"
    match damage:
        case "mode":
            path.chmod(0o640)
        case "content":
            path.write_bytes(b"0")
        case _:
            path.unlink()
    (heard,) = run.rotate(AT + DAY)
    assert isinstance(heard, HubKeyNotKept)
    with pytest.raises(OSError, match=r"enrol this edge again|chmod") as caught:
        save_trusted(run.folder, Trusted(NEW_KEY.verifying, 2))
    assert caught.value.errno == errno.EIO


def test_answers_with_a_time_are_counted() -> None:
    class Source:
        def now(self) -> datetime:
            return AT

        floor = now

        def clock_state(self) -> ClockState:
            return ClockState.UNKNOWN

        def note_sync(self, *_: object) -> None: ...

    time = LinkTime(Source())  # type: ignore[arg-type]
    for answer in (None, Answer(1.0, None, None), Answer(1.0, 7, None)):
        time.note_sync(answer, None, State.LOADING)
    assert time.known.answers == 1


def test_an_order_by_the_stolen_key_opens_nothing(run: Run) -> None:
    """Also for as long as whoever has it answers pulls with times of before."""
    topic = down(EDGE, DOWN_COMMAND)
    run.time.known = Known(AT - DAY, AT - DAY, ClockState.UNKNOWN)
    run.rotate(AT)
    command = sealed(topic, b"open", HUB_KEY)
    for _ in range(3):
        run.page(HUB_KEY)
        (heard,) = run.mail.read(topic, command)
        assert isinstance(heard, Dropped)
        assert (heard.what, heard.why) == ("command", "unknown_key")
