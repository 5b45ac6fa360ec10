"""An enrolment beside a revocation, or a newer code: one waits for the other, and both come to a right end."""

import threading
import time
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
from hub.orders import operations as orders
from tests.hub.conftest import Database
from tests.hub.enrolling import Pi
from tests.hub.ordered import OTHER, TOML, house
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


def wait_for_one_that_waits() -> None:
    """For a lock that another holds."""
    until = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


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


@pytest.mark.usefixtures("postgresql_database")
def test_an_order_beside_it_is_numbered_in_the_epoch_that_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    house()
    orders.push("east", TOML, AT, "owner")
    pi, held = Pi("east"), Held(monkeypatch)
    pending = pi.ask(make_code_for("east", AT).text)
    enrolling = Beside(lambda: enrol(pending.request, LATER))
    assert held.there.wait(30)
    pushing = Beside(lambda: orders.push("east", OTHER, AT, "owner"))
    wait_for_one_that_waits()
    held.go.set()
    answer, pushed = enrolling.joined(), pushing.joined()
    assert isinstance(answer, bytes)
    assert isinstance(pushed, orders.Pushed)
    assert pushed.configuration.epoch == Edge.objects.get().epoch == pi.take(answer, pending).orders_epoch


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
