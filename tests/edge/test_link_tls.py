"""An edge at a real mosquitto that speaks TLS and asks for its certificate; what it says when it gets nowhere."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.facts import Card
from contract.rows import card_change
from edge.clock import SystemClock
from tests.brokers import Broker, _free_port
from tests.edge.link_runs import CARD, edge_at, hub, until
from tests.edge.mqtt_hub import MqttHub
from tests.enrolled import Certificate, authority, enrolled_state, issued, make_authority

__all__ = ["hub"]  # a fixture


class TlsBroker(Broker):
    """A second listener, by TLS, on `tls_port`; the first one is the hub's."""

    def __init__(self, folder: Path, certificate: Certificate) -> None:
        super().__init__(folder)
        self.tls_port = _free_port()
        crt, key = certificate.write(folder, "broker")
        (folder / "authority.crt").write_bytes(authority().pem())
        with self._configuration.open("a") as file:
            file.write(
                f"user root\nlistener {self.tls_port} 127.0.0.1\nallow_anonymous true\n"
                f"cafile {folder / 'authority.crt'}\ncertfile {crt}\nkeyfile {key}\nrequire_certificate true\n"
            )


def broker_with(tmp_path: Path, certificate: Certificate) -> TlsBroker:
    broker = TlsBroker(tmp_path / "tls", certificate)
    broker.start()
    return broker


class LostClock(SystemClock):
    """A Pi's that has just begun at its first second."""

    def now(self) -> datetime:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=self.monotonic_s() % 1_000)

    def kernel_synchronized(self) -> bool:
        return False


def test_it_follows_its_hub_by_tls_though_it_does_not_know_the_time(tmp_path: Path) -> None:
    broker = broker_with(tmp_path, issued("broker", "127.0.0.1"))
    hub = MqttHub(broker.port)
    hub.wait()

    async def work() -> None:
        async with edge_at(tmp_path / "edge", broker.tls_port, tls=True, clock=LostClock()) as edge:
            hub.change(card_change(CARD, Card(7)))
            await edge.is_like(hub)
            sequence = await edge.check_in(1)
            await until(lambda: {"upto": sequence} in edge.log.all("acked"))

    try:
        asyncio.run(work())
    finally:
        hub.stop()
        broker.kill()


@pytest.mark.parametrize(
    ("certificate", "hint"),
    [
        (issued("broker", "127.0.0.1", by=make_authority("somebody")), "hub's own authority"),
        (issued("broker", "broker.example"), "hub's own authority"),
    ],
    ids=["another authority", "another name"],
)
def test_another_broker_is_told_with_what_to_do(tmp_path: Path, certificate: Certificate, hint: str) -> None:
    broker = broker_with(tmp_path, certificate)

    async def work() -> None:
        async with edge_at(tmp_path / "edge", broker.tls_port, tls=True) as edge:
            await until(lambda: edge.log.all("no_broker"))
            told = edge.log.all("no_broker")[0]
            assert "certificate" in str(told["why"])
            assert hint in str(told["hint"])
            await edge.check_in(1)

    try:
        asyncio.run(work())
    finally:
        broker.kill()


def test_a_certificate_that_is_not_taken_is_told(tmp_path: Path) -> None:
    broker = broker_with(tmp_path, issued("broker", "127.0.0.1"))
    own = issued("edge:clubhouse:1", by=make_authority("somebody"))
    enrolled_state(tmp_path / "edge", port=broker.tls_port, tls=True, certificate=own)

    async def work() -> None:
        async with edge_at(tmp_path / "edge", broker.tls_port) as edge:
            await until(lambda: edge.log.all("no_broker"))
            assert "enrol this edge again" in str(edge.log.all("no_broker")[0]["hint"])

    try:
        asyncio.run(work())
    finally:
        broker.kill()


def test_certificate_files_that_cannot_be_used_hold_nothing_up(tmp_path: Path) -> None:
    enrolled_state(tmp_path / "edge", tls=True)
    (tmp_path / "edge" / "enrolment" / "tls.crt").write_text("no certificate")

    async def work() -> None:
        async with edge_at(tmp_path / "edge", 1) as edge:
            await until(lambda: edge.log.all("no_broker"))
            assert "a file of this edge's certificate" in str(edge.log.all("no_broker")[0]["why"])
            await edge.check_in(1)

    asyncio.run(work())
