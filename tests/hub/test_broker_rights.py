"""Rights at the broker: a real mosquitto, its dynamic-security plugin, TLS, and the worker that drives them."""

import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.messages import Head, decode
from contract.seal import unseal_by
from hub import authority
from hub.enrolment.operations import enrol, make_code_for
from hub.feed import operations as feed
from hub.feed.models import Feed
from hub.fleet.identity_operations import revoke_edge
from hub.fleet.models import Edge, Site
from hub.fleet.operations import delete_edges
from tests.enrolled import HUB_KEY
from tests.hub.conftest import Database
from tests.hub.enrolling import Pi, client_context
from tests.hub.secure_broker import BrokerClient, SecureBroker, context_of, heard, own_authority
from tests.hub.worker_process import WorkerProcess

Connect = Callable[..., BrokerClient]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SecureBroker]:
    broker = SecureBroker(tmp_path / "broker")
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def club(sqlite_database: Database) -> Site:
    """Two edges that follow everyone, and one that follows the partners' feed; none is enrolled."""
    site = Site.objects.create(name="clubhouse")
    feed.create("partners", epoch=7)
    for name, followed in (("door", "everyone"), ("counter", "everyone"), ("bar", "partners")):
        Edge.objects.create(name=name, site=site, feed=Feed.objects.get(name=followed))
    return site


@pytest.fixture
def worker(club: Site, broker: SecureBroker, sqlite_database: Database) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(sqlite_database.environment | broker.variables)
    worker.wait_for("worker_ready")
    yield worker
    worker.kill()


@pytest.fixture
def connect(broker: SecureBroker, tmp_path: Path) -> Iterator[Connect]:
    """By a Pi's certificate, or any TLS context."""
    connected: list[BrokerClient] = []

    def connect(who: Pi | ssl.SSLContext, port: int = 0, **options: str) -> BrokerClient:
        context = who.tls_context(tmp_path) if isinstance(who, Pi) else who
        connected.append(BrokerClient(port or broker.port, context, **options))
        return connected[-1]

    yield connect
    for client in connected:
        client.close()


@pytest.fixture
def hub(worker: WorkerProcess, broker: SecureBroker, connect: Connect, tmp_path: Path) -> BrokerClient:
    """Somebody with the hub's rights, who listens to all that edges say, and to what is said to them."""
    client = connect(context_of(tmp_path, "hub", own_authority()), broker.hub_port, client_id="listener")
    assert client.reads("dw/1/up/#", "dw/1/down/#") == [True, True]
    return client


def taken_in(name: str, number: int = 1) -> Pi:
    """It is enrolled; the broker need not know it yet."""
    pi, at = Pi(name, number), datetime.now(UTC)
    pending = pi.ask(make_code_for(name, at).text)
    pi.take(enrol(pending.request, at), pending)
    return pi


def enrolled(name: str, worker: WorkerProcess, number: int = 1) -> Pi:
    """The broker knows it already."""
    pi = taken_in(name, number)
    user = f"edge:{name}:{Edge.objects.get(name=name).enrolments}"
    wait_for(worker, "createClient", user)
    return pi


def wait_for(worker: WorkerProcess, what: str, user: str) -> None:
    while (line := worker.wait_for("broker_rights")) and (line["what"], line["user"]) != (what, user):
        pass


def test_an_edge_says_and_hears_its_own_and_nothing_else(
    worker: WorkerProcess, hub: BrokerClient, connect: Connect
) -> None:
    door = connect(enrolled("door", worker))
    counter = connect(enrolled("counter", worker))
    assert all(
        door.reads("dw/1/down/door/ack", "dw/1/feed/everyone/head", "dw/1/feed/everyone/live", "dw/1/keys/+")
    )
    forbidden = (
        *("#", "dw/#", "dw/1/#", "+/+/+/+/+", "dw/1/down/#", "dw/1/down/+/ack", "dw/1/down/counter/ack"),
        *("dw/1/up/#", "dw/1/up/door/presence", "dw/1/up/counter/presence", "$SYS/#"),
        *("dw/1/feed/#", "dw/1/feed/partners/head", "$CONTROL/#", "$CONTROL/dynamic-security/v1/response"),
    )
    assert not any(door.reads(*forbidden))
    assert not any(door.reads("$share/any/dw/1/up/#", "$share/any/dw/1/down/counter/ack"))

    for topic in (
        "dw/1/up/counter/presence",
        "dw/1/up/door/anything",
        "dw/1/up/door/presence/1",
        "dw/1/down/counter/ack",
        "dw/1/down/door/ack",
        "dw/1/feed/everyone/head",
    ):
        door.says(topic)
    door.says(
        "$CONTROL/dynamic-security/v1", b'{"commands":[{"command":"deleteClient","username":"edge:counter:1"}]}'
    )
    door.says("dw/1/up/door/presence")
    assert heard(hub) == {"dw/1/up/door/presence"}
    assert not counter.gone.is_set()

    hub.says("dw/1/down/counter/ack")
    hub.says("dw/1/down/door/ack")
    while (message := door.received.get(timeout=60))[0] != "dw/1/down/door/ack":
        head = decode(unseal_by(message[1], HUB_KEY.verifying, message[0]), Head)
        assert head.feed == "everyone"


def test_an_edge_of_another_feed_hears_that_one(worker: WorkerProcess, connect: Connect) -> None:
    bar = connect(enrolled("bar", worker))
    assert bar.reads("dw/1/feed/partners/head", "dw/1/feed/everyone/head") == [True, False]
    Edge.objects.filter(name="bar").update(feed=Feed.objects.get(name="everyone"))
    wait_for(worker, "modifyClient", "edge:bar:1")
    bar.wait_gone()


def test_nobody_takes_anothers_session(worker: WorkerProcess, hub: BrokerClient, connect: Connect) -> None:
    door = connect(enrolled("door", worker))
    counter = connect(enrolled("counter", worker), client_id="edge:door:1")
    assert counter.reads("dw/1/down/counter/ack") == [True]
    assert door.reads("dw/1/down/door/ack") == [True]
    assert not door.gone.is_set()


def test_revocation_ends_a_session_and_leaves_its_certificate_worth_nothing(
    worker: WorkerProcess, hub: BrokerClient, connect: Connect
) -> None:
    pi = enrolled("door", worker)
    door = connect(pi, will="dw/1/up/door/presence")
    assert door.reads("dw/1/down/door/ack") == [True]
    revoke_edge(Edge.objects.get(name="door").pk, datetime.now(UTC))
    door.wait_gone()
    wait_for(worker, "deleteClient", "edge:door:1")
    while hub.received.get(timeout=60) != ("dw/1/up/door/telemetry", b""):
        pass  # the last of what is deleted
    again = connect(pi)
    assert again.reads("dw/1/down/door/ack", "dw/1/feed/everyone/head", "dw/1/keys/+") == [False, False, False]
    again.says("dw/1/up/door/presence")
    assert heard(hub) == set()


def test_what_an_edge_made_the_broker_keep_goes_with_it(
    worker: WorkerProcess, hub: BrokerClient, connect: Connect
) -> None:
    door = connect(enrolled("door", worker))
    for topic in ("dw/1/up/door/presence", "dw/1/up/door/reported", "dw/1/up/door/checkins"):
        door.says(topic, bytes(1_000_000), retain=True)
    revoke_edge(Edge.objects.get(name="door").pk, datetime.now(UTC))
    wait_for(worker, "deleteClient", "edge:door:1")
    while hub.received.get(timeout=60) != ("dw/1/up/door/telemetry", b""):
        pass
    assert hub.reads("dw/1/up/+/presence", "dw/1/up/door/reported", "dw/1/up/door/checkins") == [True] * 3
    assert heard(hub) == set()


def test_who_came_before_its_rights_is_sent_to_come_anew(
    worker: WorkerProcess, connect: Connect, tmp_path: Path
) -> None:
    early = connect(context_of(tmp_path, "edge:door:1", own_authority()))
    assert early.reads("dw/1/down/door/ack") == [False]
    pi = enrolled("door", worker)
    early.wait_gone()
    assert connect(pi).reads("dw/1/down/door/ack") == [True]


def test_an_edge_that_is_deleted_is_gone(worker: WorkerProcess, connect: Connect) -> None:
    door = connect(enrolled("door", worker))
    delete_edges([Edge.objects.get(name="door")])
    door.wait_gone()


def test_a_new_enrolment_ends_the_one_before(worker: WorkerProcess, hub: BrokerClient, connect: Connect) -> None:
    first = enrolled("door", worker)
    session = connect(first)
    second = enrolled("door", worker, number=2)
    session.wait_gone()
    assert connect(first).reads("dw/1/down/door/ack") == [False]
    assert connect(second).reads("dw/1/down/door/ack") == [True]


def test_a_will_is_an_edges_own(worker: WorkerProcess, hub: BrokerClient, connect: Connect) -> None:
    door, counter = enrolled("door", worker), enrolled("counter", worker)
    connect(counter, will="dw/1/up/door/presence").vanish()
    connect(door, will="dw/1/up/door/telemetry").vanish()
    while hub.received.get(timeout=60)[0] != "dw/1/up/door/telemetry":
        pass
    assert heard(hub) == set()


def test_who_has_no_certificate_of_the_hubs_does_not_get_in(
    worker: WorkerProcess, broker: SecureBroker, connect: Connect, tmp_path: Path
) -> None:
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.load_verify_locations(cadata=(tmp_path / "broker" / "doorward" / "authority.crt").read_text())
    authority.establish(tmp_path / "foreign.crt", b"\x01" * 32, datetime.now(UTC))
    foreign = authority.load(tmp_path / "foreign.crt", b"\x01" * 32)
    for context in (bare, context_of(tmp_path, "hub", foreign), context_of(tmp_path, "edge:door:1", foreign)):
        for port in (broker.port, broker.hub_port):
            with pytest.raises(OSError):
                BrokerClient(port, context, patience_s=2.0)


def test_another_broker_than_the_hubs_is_not_talked_to(broker: SecureBroker, tmp_path: Path) -> None:
    authority.establish(tmp_path / "foreign.crt", b"\x01" * 32, datetime.now(UTC))
    foreign = authority.load(tmp_path / "foreign.crt", b"\x01" * 32)
    key = authority.new_key()
    mine = own_authority().client("hub", key.public_key(), datetime.now(UTC))
    with pytest.raises(ssl.SSLCertVerificationError):
        BrokerClient(broker.port, client_context(tmp_path, foreign.certificate, mine, key))


def test_rights_are_put_right_after_the_broker_has_lost_them(
    worker: WorkerProcess, broker: SecureBroker, connect: Connect, tmp_path: Path
) -> None:
    pi = enrolled("door", worker)
    broker.stop()
    rights = tmp_path / "broker" / "doorward" / "dynamic-security.json"
    assert "edge:door:1" in rights.read_text()
    stale = rights.read_text().replace("edge:door:1", "edge:door:0").replace("dw/1/up/door/#", "dw/1/up/#")
    rights.write_text(stale)
    broker.start()
    wait_for(worker, "deleteClient", "edge:door:0")
    wait_for(worker, "createClient", "edge:door:1")
    assert connect(pi).reads("dw/1/down/door/ack", "dw/1/down/counter/ack") == [True, False]


def test_two_workers_keep_the_same_rights(
    worker: WorkerProcess, broker: SecureBroker, sqlite_database: Database, connect: Connect
) -> None:
    second = WorkerProcess(sqlite_database.environment | broker.variables)
    try:
        second.wait_for("worker_ready")
        for name in ("door", "counter"):
            pi = taken_in(name)
            # Which of the two was faster, nobody knows.
            while connect(pi).reads(f"dw/1/down/{name}/ack") != [True]:
                time.sleep(0.2)
    finally:
        second.kill()
