"""An enrolment beside a revocation, or a newer code: one waits for the other, and both come to a right end."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from contract.enrolment_code import EnrolError, EnrolWhy
from hub.enrolment import operations
from hub.enrolment.models import EnrolmentCode
from hub.enrolment.operations import enrol, make_code_for
from hub.fleet.identity_operations import revoke_edge
from hub.fleet.models import Edge
from tests.hub.conftest import Database
from tests.hub.enrolling import Pi
from tests.hub.scans import small_club

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)


class Beside:
    """A call in a thread of its own; `joined` gives what came of it, an error too."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self._came: list[object] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._came.append(self._call())
        except Exception as error:  # noqa: BLE001 (told by `joined`)
            self._came.append(error)
        finally:
            connection.close()

    def joined(self) -> object:
        self._thread.join(30)
        return self._came[0]


class Held:
    """An enrolment that stands still once it has its locks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.there, self.go = threading.Event(), threading.Event()
        key_of = operations._key_of

        def slow(kept: EnrolmentCode) -> object:
            self.there.set()
            assert self.go.wait(30)
            return key_of(kept)

        monkeypatch.setattr(operations, "_key_of", slow)


@pytest.mark.usefixtures("postgresql_database")
def test_a_revocation_waits_and_then_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    small_club()
    pending, held = Pi().ask(make_code_for("clubhouse", AT).text), Held(monkeypatch)
    enrolling = Beside(lambda: enrol(pending.request, LATER))
    assert held.there.wait(30)
    revoking = Beside(lambda: revoke_edge(Edge.objects.get().pk, LATER))
    held.go.set()
    assert isinstance(enrolling.joined(), bytes)
    assert isinstance(revoking.joined(), Edge)
    edge = Edge.objects.get()
    assert (edge.revoked_at, edge.enrolments) == (LATER, 2)


@pytest.mark.usefixtures("postgresql_database")
def test_a_newer_code_waits_and_no_two_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    small_club()
    pending, held = Pi().ask(make_code_for("clubhouse", AT).text), Held(monkeypatch)
    enrolling = Beside(lambda: enrol(pending.request, LATER))
    assert held.there.wait(30)
    making = Beside(lambda: make_code_for("clubhouse", LATER).edge)
    held.go.set()
    assert isinstance(enrolling.joined(), bytes)
    assert making.joined() == "clubhouse"


def test_a_code_of_the_moment_of_a_revocation_has_ended(database: Database) -> None:
    edge = small_club().edge
    pending = Pi().ask(make_code_for("clubhouse", AT).text)
    revoke_edge(edge.pk, AT)
    with pytest.raises(EnrolError) as caught:
        enrol(pending.request, AT)
    assert caught.value.why is EnrolWhy.EXPIRED


def test_the_request_of_an_earlier_enrolment_gets_nothing(database: Database) -> None:
    small_club()
    pending = Pi().ask(make_code_for("clubhouse", AT).text)
    enrol(pending.request, AT)
    Edge.objects.update(enrolments=9)
    with pytest.raises(EnrolError) as caught:
        enrol(pending.request, AT)
    assert caught.value.why is EnrolWhy.USED
