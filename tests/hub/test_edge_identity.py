"""Who an edge is: enrolled by its key, revoked on its page, in the list or by command; marks that only rise."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from contract.high_water import PRESENCE, REPORTED, Mark
from contract.keys import KeyFault
from hub.fleet import operations
from hub.fleet.edge_marks import EdgeMark, StaleMark, raise_mark
from hub.fleet.identity_operations import NotEnrolled, enrol_edge, revoke_edge
from hub.fleet.models import Edge, EdgePresence
from hub.orders.revoke_operations import revoke_edges
from tests.enrolled import EDGE_KEY, STRANGER_KEY
from tests.hub.conftest import Database, run_hub
from tests.hub.presences import presence
from tests.hub.scans import AT, Club, small_club
from tests.hub.staff_pages import address, history, post


@pytest.fixture
def edge(database: Database) -> Edge:
    return small_club().edge


@pytest.fixture
def club(sqlite_database: Database) -> Club:
    return small_club()


@pytest.fixture
def staff(club: Club) -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    return client


def again(edge: Edge) -> Edge:
    return Edge.objects.get(pk=edge.pk)


def test_enrolment_begins_an_edge_anew(edge: Edge) -> None:
    operations.note_presence(edge.name, presence(start=9), AT)
    with transaction.atomic():
        raise_mark(edge.pk, REPORTED, Mark(9, 1))
    assert EdgeMark.objects.exists()
    revoke_edge(edge.pk, AT)
    enrol_edge(edge.pk, STRANGER_KEY.verifying.public, AT)
    found = again(edge)
    assert bytes(found.signing_key) == STRANGER_KEY.verifying.public
    assert (found.enrolments, found.revoked_at) == (2, None)
    assert not EdgeMark.objects.exists()
    assert found.epoch == int(AT.timestamp() * 1_000)


def test_what_is_no_key_enrols_nobody(edge: Edge) -> None:
    with pytest.raises(KeyFault):
        enrol_edge(edge.pk, bytes(32), AT)
    assert (again(edge).enrolments, bytes(again(edge).signing_key)) == (1, EDGE_KEY.verifying.public)


def test_a_revoked_edge_is_offline_and_stays_revoked_since_then(edge: Edge) -> None:
    operations.note_presence(edge.name, presence(), AT)
    revoke_edge(edge.pk, AT + timedelta(seconds=5))
    revoke_edge(edge.pk, AT + timedelta(seconds=9))
    assert again(edge).revoked_at == AT + timedelta(seconds=5)
    found = EdgePresence.objects.get()
    assert (found.online, found.since) == (False, AT + timedelta(seconds=5))


def test_who_is_not_enrolled_has_nothing_to_be_revoked_and_none_of_the_others_is(edge: Edge) -> None:
    annex = Edge.objects.create(name="annex", site=edge.site, feed=edge.feed)
    with pytest.raises(NotEnrolled, match="annex is not enrolled"):
        revoke_edges([edge, annex], AT)
    assert again(edge).revoked_at is None


def test_a_page_that_was_open_meanwhile_takes_no_revocation_back(edge: Edge) -> None:
    stale = again(edge)
    revoke_edge(edge.pk, AT)
    operations.save_edge(stale)
    assert again(edge).revoked_at == AT


def test_marks_rise_each_kind_by_itself(edge: Edge) -> None:
    assert raise_mark(edge.pk, PRESENCE, Mark(1, 5))
    assert not raise_mark(edge.pk, PRESENCE, Mark(1, 5))
    assert raise_mark(edge.pk, REPORTED, Mark(1, 1))
    assert raise_mark(edge.pk, PRESENCE, Mark(2, 0))
    for below in (Mark(1, 2**53), Mark(0, 9)):
        with pytest.raises(StaleMark):
            raise_mark(edge.pk, PRESENCE, below)
    assert set(EdgeMark.objects.values_list("kind", "start", "n")) == {(PRESENCE, 2, 0), (REPORTED, 1, 1)}


# Pages and the command


def test_revoking_on_the_list_is_asked_once_more(staff: Client, club: Club) -> None:
    annex = Edge.objects.create(name="annex", site=club.edge.site, feed=club.edge.feed)
    chosen = {"action": "revoke", "_selected_action": [club.edge.pk, annex.pk]}
    asked = staff.post(address(Edge, "changelist"), chosen).content.decode()
    assert "enrol it anew with a new code" in asked
    assert again(club.edge).revoked_at is None
    said = staff.post(address(Edge, "changelist"), chosen | {"post": "yes"}, follow=True).content.decode()
    assert "Revoked: 1 edge." in said
    assert again(club.edge).revoked_at is not None
    assert (history(club.edge), history(annex)) == (["Revoked."], [])


def test_revoking_on_its_page(staff: Client, club: Club) -> None:
    annex = Edge.objects.create(name="annex", site=club.edge.site, feed=club.edge.feed)
    revoke = address(Edge, "revoke_this", club.edge.pk)
    assert f'href="{revoke}"' in staff.get(address(Edge, "change", club.edge.pk)).content.decode()
    assert "Revoke now" not in staff.get(address(Edge, "change", annex.pk)).content.decode()
    assert "at once and for good" in staff.get(revoke).content.decode()
    assert again(club.edge).revoked_at is None
    post(staff, revoke)
    assert again(club.edge).revoked_at is not None
    assert f'href="{revoke}"' not in staff.get(address(Edge, "change", club.edge.pk)).content.decode()


def test_revoking_by_command(club: Club, sqlite_database: Database) -> None:
    done = run_hub("revoke_edge", "clubhouse", **sqlite_database.environment)
    assert (done.returncode, done.stdout[:18]) == (0, "Revoked: clubhouse"), done.stderr
    assert again(club.edge).revoked_at is not None
    Edge.objects.create(name="annex", site=club.edge.site, feed=club.edge.feed)
    for name, says in (("nowhere", "there is no edge 'nowhere'"), ("annex", "annex is not enrolled")):
        wrong = run_hub("revoke_edge", name, **sqlite_database.environment)
        assert wrong.returncode == 2
        assert says in wrong.stderr
