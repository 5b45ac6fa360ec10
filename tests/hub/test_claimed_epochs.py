"""What one edge's word does to a feed: an epoch, now and then, within reach of the hub's own time."""

import io
import json
from datetime import timedelta

import msgspec
import pytest
from django.core.management import CommandError, call_command

from contract.messages import Head, Page
from hub.feed import queries as feed_queries
from hub.feed.epoch_operations import Claimed, begin_as_claimed, begin_as_told, epoch_at
from hub.feed.models import Feed
from hub.feed.operations import EPOCH_MAX, EVERYONE, FeedWriteError, begin_epoch
from hub.sync.epochs import Epochs
from hub.sync.log import Log
from hub.sync.pages import page_for
from hub.sync.worker import Worker
from tests.hub.conftest import Database
from tests.hub.presences import presence
from tests.hub.scans import AT, Club, pull, small_club
from tests.hub.seals import said
from tests.hub.worker_desk import ListeningBroker, pull_message

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def epoch() -> int:
    return feed_queries.head(EVERYONE).epoch


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.fixture
def member_club(database: Database) -> Club:
    made = small_club()
    Feed.objects.update(epoch=1_000)
    return made


@pytest.mark.usefixtures("member_club")
def test_an_epoch_begins_above_the_one_that_an_edge_follows() -> None:
    above = epoch_at(AT + HOUR)
    assert begin_as_claimed(EVERYONE, epoch(), above, "one", AT) is Claimed.BEGUN
    assert epoch() == above + 1


@pytest.mark.usefixtures("member_club")
def test_but_not_far_above_the_hubs_own_time() -> None:
    before = epoch()
    assert begin_as_claimed(EVERYONE, before, epoch_at(AT + DAY) + 1, "one", AT) is Claimed.TOO_HIGH
    assert epoch() == before
    assert begin_as_claimed(EVERYONE, before, epoch_at(AT + DAY), "one", AT) is Claimed.BEGUN


@pytest.mark.parametrize(
    ("edge", "after", "claimed"),
    [
        ("another", HOUR - timedelta(seconds=1), Claimed.TOO_SOON),
        ("another", HOUR, Claimed.BEGUN),
        ("one", DAY - timedelta(seconds=1), Claimed.TOO_SOON),
        ("one", DAY, Claimed.BEGUN),
        ("another", -DAY, Claimed.BEGUN),
    ],
)
@pytest.mark.usefixtures("member_club")
def test_once_an_hour_for_a_feed_and_once_a_day_for_an_edge(edge: str, after: timedelta, claimed: Claimed) -> None:
    assert begin_as_claimed(EVERYONE, epoch(), 1, "one", AT) is Claimed.BEGUN
    assert begin_as_claimed(EVERYONE, epoch(), 1, edge, AT + after) is claimed


@pytest.mark.usefixtures("member_club")
def test_an_epoch_that_has_ended_is_known_to_have() -> None:
    assert begin_as_claimed(EVERYONE, epoch() - 1, 1, "one", AT) is Claimed.KNOWN


@pytest.mark.usefixtures("member_club")
def test_no_epoch_is_one_that_edges_cannot_read() -> None:
    before = epoch()
    with pytest.raises(FeedWriteError, match="cannot read"):
        begin_epoch(EVERYONE, before, EPOCH_MAX + 1)
    assert epoch() == before


@pytest.mark.usefixtures("member_club")
def test_who_knows_the_hub_begins_one_at_any_time() -> None:
    assert begin_as_claimed(EVERYONE, epoch(), 1, "one", AT) is Claimed.BEGUN
    assert begin_as_told(EVERYONE, epoch_at(AT + 9 * DAY), AT) == epoch() == epoch_at(AT + 9 * DAY) + 1
    with pytest.raises(FeedWriteError, match="there is no feed"):
        begin_as_told("elsewhere", 1, AT)


def test_an_epoch_that_another_worker_began_meanwhile_is_another_page(
    member_club: Club, log_lines: io.StringIO
) -> None:
    ahead = msgspec.structs.replace(pull(10**6), epoch=epoch())
    page = page_for(ahead, AT)
    begin_epoch(EVERYONE, epoch(), epoch() + 1)
    epochs = Epochs(Log(log_lines, lambda: AT, lambda: 0.0))
    assert epochs.look_at_pull("clubhouse", ahead, page, AT)
    assert log_lines.getvalue() == ""


def test_a_pull_from_the_far_future_changes_nothing(
    worker: Worker,
    broker: ListeningBroker,
    log_lines: io.StringIO,
) -> None:
    before = epoch()
    worker.handle([pull_message(msgspec.structs.replace(pull(1), epoch=EPOCH_MAX - 1))])
    assert epoch() == before
    assert [page.epoch for page in broker.take("dw/1/down/clubhouse/page", Page)] == [before]
    (told,) = [line for line in lines(log_lines) if line["event"] == "dropped"]
    assert told["why"] == "epoch_too_high"
    assert f"doorward-hub begin_epoch {EVERYONE} --above {EPOCH_MAX - 1}" in str(told["text"])


def test_one_edge_that_lies_begins_one_epoch_and_heads_stay_readable(
    worker: Worker,
    broker: ListeningBroker,
    log_lines: io.StringIO,
) -> None:
    begun = set()
    for n in range(5):
        worker.handle([said("presence", presence(acked=10**6, last=10**6, epoch=epoch(), n=n + 1))])
        begun.add(epoch())
    assert len(begun) == 1
    assert "epoch_too_soon" in {line.get("why") for line in lines(log_lines)}
    worker.tell_heads()
    assert broker.take(f"dw/1/feed/{EVERYONE}/head", Head)[-1].epoch == epoch()


@pytest.mark.usefixtures("sqlite_database")
def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    small_club()
    before = epoch()
    call_command("begin_epoch", EVERYONE, "--above", str(before + 10**10))
    assert epoch() > before + 10**10
    assert f"epoch {epoch()} has begun" in capsys.readouterr().out
    with pytest.raises(FeedWriteError, match="there is no feed 'elsewhere'"):
        call_command("begin_epoch", "elsewhere")
    with pytest.raises(CommandError, match="should be an epoch"):
        call_command("begin_epoch", EVERYONE, "--above", str(EPOCH_MAX))
