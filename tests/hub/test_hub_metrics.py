"""/metrics of the hub: nothing without the token, and the format's own rules with it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from contract.exposition import CONTENT_TYPE
from hub.feed.models import Feed
from hub.fleet.models import Edge
from hub.fleet.operations import note_presence
from hub.keys import metrics_token, path_of
from hub.watch import operations
from tests.contract.test_exposition import read_samples
from tests.hub.conftest import Database
from tests.hub.presences import well
from tests.hub.scans import Club, small_club
from tests.hub.telemetries import scans, telemetry


@pytest.fixture
def club(database: Database) -> Club:
    return small_club()


@pytest.fixture
def token() -> str:
    return metrics_token(settings.ENVIRONMENT.keys)


def ask(authorization: str | None = None) -> tuple[int, str]:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = Client(SERVER_NAME="localhost").get("/metrics", headers=headers)
    return response.status_code, response.content.decode()


def test_all_is_told_to_who_has_the_token(club: Club, token: str) -> None:
    feed, at = Feed.objects.get(pk=club.edge.feed_id), timezone.now()
    Edge.objects.create(name="gone", site=club.edge.site, feed=feed, revoked_at=at)
    Edge.objects.create(name="new", site=club.edge.site, feed=feed)
    note_presence("clubhouse", well(feed, last=9, sequence=feed.sequence, replica_age_s=None), at)
    operations.note_telemetry("clubhouse", telemetry(latency_ms=scans(up_to_5=7)), at)
    operations.note_worker("worker", at, True, {"dropped.stale": 4, "over_limit": 1}, at)
    response = Client(SERVER_NAME="localhost").get("/metrics", headers={"Authorization": f"Bearer {token}\n"})
    assert response["Content-Type"] == CONTENT_TYPE
    samples = read_samples(response.content.decode())
    values = {(name.removeprefix("doorward_hub_"), *labels.values()): value for name, labels, value in samples}
    assert values["edges", "green"] == 0
    assert values["edges", "amber"] == 1
    assert values["edges", "grey"] == 1
    assert values["edge_up", "clubhouse", club.edge.site.name] == 1
    assert values["edge_up", "new", club.edge.site.name] == 0
    assert values["edge_journal_queue_rows", "clubhouse"] == 2
    assert values["edge_behind_rows", "clubhouse"] == 0
    assert values["edge_scans_total", "clubhouse"] == 7
    assert values["edge_temperature_celsius", "clubhouse"] == 48.2
    assert values["workers", "yes"] == 1
    assert values["dropped_messages_total", "stale"] == 4
    operations.end_worker("worker")
    assert "doorward_hub_edge_up{" not in ask(f"Bearer {token}")[1]
    assert values["worker_events_total", "over_limit"] == 1
    assert values["journal_rows_total",] == 0
    assert ("edge_replica_age_seconds", "clubhouse") not in values
    assert not [key for key in values if "gone" in key]


@pytest.mark.parametrize(
    "shown", [None, "", "Bearer", "Bearer ", "Bearer 00", "Basic {token}", "{token}", "Bearer ü"]
)
def test_nothing_is_told_to_anybody_else(club: Club, token: str, shown: str | None) -> None:
    status, text = ask(None if shown is None else shown.format(token=token))
    assert status == 401
    assert token not in text
    assert "doorward_hub" not in text


def test_a_hub_without_a_token_tells_nothing(
    club: Club, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(settings.ENVIRONMENT.keys, "metrics")
    kept = path.read_text()
    try:
        path.unlink()
        assert ask(f"Bearer {token}")[0] == 404
        path.write_text(kept)
        path.chmod(0o644)
        assert ask(f"Bearer {token}")[0] == 404
    finally:
        path.unlink(missing_ok=True)
        path.write_text(kept)
        path.chmod(0o600)
