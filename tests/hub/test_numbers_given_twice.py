"""A hub that was put back from a backup gives numbers out again: one may mean something else at an edge."""

import pytest

from contract.ask import Posture
from contract.orders import Refused, Reported, digest_of
from hub.fleet.models import Edge
from hub.orders import operations, queries
from hub.orders.mode_operations import set_mode
from hub.orders.models import Configuration
from hub.orders.places import Place
from hub.orders.queries import Standing
from hub.orders.report_operations import note_reported
from tests.hub.conftest import Database
from tests.hub.ordered import TOML, house, reported, standing
from tests.hub.scans import AT

BY = "owner"
OTHER = digest_of({"readers": []})


@pytest.fixture
def pushed(database: Database) -> Configuration:
    house()
    return operations.push("east", TOML, AT, BY).configuration


def newest() -> Configuration:
    found = queries.newest(Edge.objects.get(name="east"))
    assert found is not None
    return found


def test_the_same_document_stands(pushed: Configuration) -> None:
    said = standing(1, pushed, document=digest_of(Configuration.objects.get(pk=pushed.pk).document))
    assert note_reported("east", said, AT) is None
    assert queries.state_of(pushed.edge).state is Standing.STANDS


def test_another_document_under_the_number_begins_an_epoch(pushed: Configuration) -> None:
    assert note_reported("east", standing(1, pushed, document=OTHER), AT) is not None
    assert newest().epoch > pushed.epoch
    assert newest().document == pushed.document
    assert queries.state_of(newest().edge).state is Standing.WAITING
    assert Configuration.objects.get(pk=pushed.pk).stood_at is None
    # Until it has heard of that, it says the same again.
    begun = newest().epoch
    assert note_reported("east", standing(2, pushed, document=OTHER), AT) is None
    assert newest().epoch == begun


def test_what_was_refused_under_the_number_was_another(pushed: Configuration) -> None:
    mark = {"epoch": pushed.epoch, "generation": pushed.generation}
    refused = Refused(**mark, step="self_test", why="it is not there", document=OTHER)
    assert note_reported("east", reported(1, refused=refused), AT) is not None
    assert newest().epoch > pushed.epoch
    assert newest().refused_at is None


def test_other_modes_under_the_number_are_said_again_and_their_lockdown_is_kept(pushed: Configuration) -> None:
    set_mode(Place(edge="east", reader="door"), Posture.UNLOCKED, AT, BY)
    edge = Edge.objects.get(name="east")

    def said(n: int, posture: Posture | None) -> Reported:
        return reported(n, mode_epoch=edge.epoch, mode_generation=edge.mode_generation, mode_edge=posture)

    begun = note_reported("east", said(1, Posture.LOCKDOWN), AT)
    assert begun is not None
    assert begun.kept == ["edge east"]
    modes = queries.modes_for(Edge.objects.get(name="east"))
    assert modes is not None
    assert (modes.edge, modes.of("door")) == (Posture.LOCKDOWN, Posture.LOCKDOWN)
    assert modes.epoch > edge.epoch
