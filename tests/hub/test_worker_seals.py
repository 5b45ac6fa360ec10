"""What its edge did not seal for the topic it came on changes nothing at the worker, and is counted."""

import io
import json
from collections.abc import Callable
from dataclasses import replace

import cbor2
import pytest

from contract.messages import Ack, CheckIns, Confirmed, Page, encode
from contract.seal import SEALED_BYTES_MAX, SealError, unseal_by
from contract.topics import up
from hub.checkins.models import CheckIn, RefusedRow
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.fleet.edge_marks import EdgeMark
from hub.fleet.identity_operations import enrol_edge, revoke_edge
from hub.fleet.models import Edge, EdgePresence
from hub.reservations.models import Reservation
from hub.sync.clocks import Clocks
from hub.sync.inbox import Inbox, Incoming
from hub.sync.log import Log
from hub.sync.worker import Worker
from tests.enrolled import EDGE_KEY, HUB_KEY, STRANGER_KEY, sealed
from tests.hub.conftest import DATA, Database
from tests.hub.presences import presence
from tests.hub.questions import asked_about, bar_of, question
from tests.hub.scans import AT, Club, journal_rows, many_rows, pull, redemption, small_club
from tests.hub.seals import enrolled, said
from tests.hub.worker_desk import JOURNAL, ListeningBroker, checkins_message

pytestmark = pytest.mark.any_database

CHECKINS = up("clubhouse", "checkins")
ANNEX = up("annex", "checkins")
KEYS = DATA / "keys"


def state() -> tuple[object, ...]:
    """All that an edge's word may change."""
    tables = (CheckIn, RefusedRow, EdgePresence, EdgeMark, Reservation)
    return (feed.head(EVERYONE), *(list(table.objects.order_by("pk").values()) for table in tables))


class Desk:
    """A worker with its broker, its log and its clock at hand."""

    def __init__(self) -> None:
        self.broker = ListeningBroker()
        self.at_s = 0.0
        self._lines = io.StringIO()
        clocks = Clocks(lambda: AT, lambda: self.at_s)
        self.worker = Worker(Inbox(), self.broker, Log(self._lines, clocks.now, clocks.monotonic_s), clocks, KEYS)

    def take(self, *messages: Incoming) -> None:
        self.worker.handle(messages)

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._lines.getvalue().splitlines()]

    def whys(self) -> list[object]:
        return [line["why"] for line in self.lines()]


@pytest.fixture
def club(database: Database) -> Club:
    return small_club()


@pytest.fixture
def desk(club: Club) -> Desk:
    return Desk()


def rows_of(club: Club) -> CheckIns:
    return CheckIns(JOURNAL, journal_rows(redemption(club)))


Attack = Callable[[bytes], bytes]


def _unsealed(payload: bytes) -> bytes:
    return payload


def _by_the_hub(payload: bytes) -> bytes:
    return sealed(CHECKINS, payload, HUB_KEY)


def _by_a_stranger(payload: bytes) -> bytes:
    return sealed(CHECKINS, payload, STRANGER_KEY)


def _for_another_topic(payload: bytes) -> bytes:
    return sealed(up("clubhouse", "confirm"), payload, EDGE_KEY)


def _for_another_edge(payload: bytes) -> bytes:
    return sealed(ANNEX, payload, EDGE_KEY)


def _in_the_name_of_its_key(payload: bytes) -> bytes:
    """A stranger's signature under the edge's key id."""
    parts = cbor2.loads(sealed(CHECKINS, payload, STRANGER_KEY))
    parts[0] = parts[0][:-10] + EDGE_KEY.id
    return cbor2.dumps(parts)


def _changed(payload: bytes) -> bytes:
    whole = bytearray(sealed(CHECKINS, payload, EDGE_KEY))
    whole[len(whole) // 2] ^= 1
    return bytes(whole)


def _tagged(payload: bytes) -> bytes:
    return b"\xd2" + sealed(CHECKINS, payload, EDGE_KEY)


def _with_a_tail(payload: bytes) -> bytes:
    return sealed(CHECKINS, payload, EDGE_KEY) + b"\x00"


def _oversized(_payload: bytes) -> bytes:
    return bytes(SEALED_BYTES_MAX + 1)


def _nothing(_payload: bytes) -> bytes:
    return b""


def _nested(_payload: bytes) -> bytes:
    return b"\x81" * 100_000 + b"\x00"


def _nested_inside(_payload: bytes) -> bytes:
    return sealed(CHECKINS, b"\xa1\x61r" + b"\x81" * 100_000 + b"\x00", EDGE_KEY)


@pytest.mark.parametrize(
    ("why", "attack"),
    [
        ("unsealed", _unsealed),
        ("unknown_key", _by_the_hub),
        ("unknown_key", _by_a_stranger),
        ("bad_signature", _for_another_topic),
        ("bad_signature", _for_another_edge),
        ("bad_signature", _in_the_name_of_its_key),
        ("bad_signature", _changed),
        ("malformed", _tagged),
        ("malformed", _with_a_tail),
        ("wrong_size", _oversized),
        ("wrong_size", _nothing),
        ("malformed", _nested),
        ("no_message", _nested_inside),
    ],
)
def test_what_its_edge_did_not_seal_for_this_topic_changes_nothing(
    desk: Desk, club: Club, why: str, attack: Attack
) -> None:
    before = state()
    desk.take(*[Incoming(CHECKINS, attack(encode(rows_of(club))))] * 3)
    assert (state(), desk.broker.sent) == (before, [])
    [line] = desk.lines()
    assert (line["event"], line["why"], line["edge"]) == ("dropped", why, "clubhouse")
    desk.take(checkins_message(many_rows(1)), said("pull", pull()))
    assert len(desk.broker.take("dw/1/down/clubhouse/ack", Ack)) == 1
    assert len(desk.broker.take("dw/1/down/clubhouse/page", Page)) == 1


@pytest.mark.parametrize("what", ["checkins", "pull", "confirm", "presence"])
def test_no_kind_is_taken_from_another_edge(desk: Desk, club: Club, what: str) -> None:
    """What one edge sealed for its own topic, a broker puts into another's; and what it seals for another's."""
    enrolled(Edge(name="annex", site=club.edge.site, feed=club.edge.feed), STRANGER_KEY)
    bar = bar_of(club)
    messages = {"checkins": rows_of(club), "pull": pull(), "presence": presence()}
    message = messages.get(what) or question(asked_about(bar))
    before = state()
    moved = replace(said(what, message, "annex", STRANGER_KEY), topic=up("clubhouse", what))
    desk.take(moved, said(what, message, "clubhouse", STRANGER_KEY))
    assert (state(), desk.broker.sent) == (before, [])
    assert desk.whys() == ["unknown_key"]
    desk.take(said(what, message, "annex", EDGE_KEY))
    assert (state(), desk.broker.sent) == (before, [])


def test_who_was_never_enrolled_is_told_nothing(desk: Desk, club: Club) -> None:
    Edge.objects.create(name="annex", site=club.edge.site, feed=club.edge.feed)
    desk.take(said("checkins", rows_of(club), "annex"), said("pull", pull(), "annex"))
    assert (desk.broker.sent, desk.whys()) == ([], ["not_enrolled"])
    assert not CheckIn.objects.exists()


@pytest.mark.both_databases
def test_a_revoked_edge_counts_no_more_until_it_is_enrolled_anew(desk: Desk, club: Club) -> None:
    bar = bar_of(club)
    desk.take(checkins_message(many_rows(1)), said("presence", presence(start=4)))
    assert len(desk.broker.take("dw/1/down/clubhouse/ack", Ack)) == 1
    revoke_edge(club.edge.pk, AT)
    before = state()
    desk.take(
        checkins_message(many_rows(2)),
        said("pull", pull()),
        said("confirm", question(asked_about(bar))),
        said("presence", presence(start=4)),
    )
    assert (state(), desk.broker.sent, desk.whys()) == (before, [], ["revoked"])
    enrol_edge(club.edge.pk, STRANGER_KEY.verifying.public, AT)
    desk.take(checkins_message(many_rows(2)))
    assert desk.broker.sent == []
    desk.take(said("checkins", CheckIns(JOURNAL, many_rows(2)), key=STRANGER_KEY))
    assert [ack.upto for ack in desk.broker.take("dw/1/down/clubhouse/ack", Ack)] == [2]
    desk.take(said("presence", presence(start=1, version="anew"), key=STRANGER_KEY))
    assert EdgePresence.objects.get().version == "anew"


def test_presences_only_rise(desk: Desk) -> None:
    old, new = (said("presence", presence(n=n, last=n)) for n in (7, 9))
    desk.take(old)
    desk.take(new)
    before = state()
    desk.take(new, new)
    assert (state(), desk.whys()) == (before, [])
    for desk.at_s, replayed in enumerate([[old], [new, old], [said("presence", presence(start=0, n=99))]], 1):
        desk.take(*replayed)
        assert state() == before
    assert desk.whys() == ["stale"] * 3
    desk.take(said("presence", presence(start=2, n=1, last=10)))
    assert EdgePresence.objects.get().last == 10


@pytest.mark.both_databases
def test_of_a_turn_the_highest_counts_though_an_old_one_came_behind_it(desk: Desk) -> None:
    desk.take(*[said("presence", presence(n=n, last=n)) for n in (8, 9, 7)])
    assert EdgePresence.objects.get().last == 9
    assert desk.whys() == ["stale"]


@pytest.mark.both_databases
def test_a_question_that_is_asked_again_gets_its_own_answer_and_takes_no_more(desk: Desk, club: Club) -> None:
    asked = said("confirm", question(asked_about(bar_of(club))))
    desk.take(asked)
    before = state()
    desk.take(asked, asked)
    assert state() == before
    answers = desk.broker.take("dw/1/down/clubhouse/confirmed", Confirmed)
    assert len(answers) == 3
    assert len(set(answers)) == 1


def test_what_the_hub_says_is_sealed_for_the_edge_it_is_said_to(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = []
    monkeypatch.setattr(desk.broker, "publish", raw.append)
    desk.take(checkins_message(many_rows(1)), said("pull", pull()))
    desk.worker.tell_heads()
    assert [each.topic for each in raw] == [
        "dw/1/down/clubhouse/ack",
        "dw/1/down/clubhouse/page",
        "dw/1/feed/everyone/head",
    ]
    for each in raw:
        unseal_by(each.payload, HUB_KEY.verifying, each.topic)
        for key, topic in ((HUB_KEY.verifying, "dw/1/down/annex/ack"), (STRANGER_KEY.verifying, each.topic)):
            with pytest.raises(SealError):
                unseal_by(each.payload, key, topic)
