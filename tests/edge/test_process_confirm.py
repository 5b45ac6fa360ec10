"""A real edge asks its hub before it pours: what the hub says holds, and silence means the offline rule."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.card import lookup_hash, new_code, qr_text
from contract.facts import Card, Customer
from contract.grant import Grant, Offline
from contract.limits import Limit
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.messages import Confirm, Confirmed
from contract.plan_rows import plan_change
from contract.rows import card_change, customer_change, membership_change
from tests.brokers import Broker
from tests.edge.confirming_hub import ConfirmingHub
from tests.edge.edge_process import KEY_DIGITS, EdgeProcess
from tests.edge.link_runs import until
from tests.edge.mqtt_hub import MqttHub

MEMBER = new_code(b"0123456789")
CARD = qr_text("https://club.example", MEMBER).encode() + b"\r"
WINE = Grant("glass-of-wine", (Limit(5, 7 * 86_400),), confirm=True, offline=Offline.DENY)
PATIENT = {'permission = "glass-of-wine"': 'permission = "glass-of-wine"\nconfirm_seconds = 10'}
HASTY = {'permission = "glass-of-wine"': 'permission = "glass-of-wine"\nconfirm_seconds = 0.1'}


@pytest.fixture
def hub(mosquitto: Broker) -> Iterator[MqttHub]:
    hub = MqttHub(mosquitto.port)
    hub.wait()
    started_at = datetime.now(UTC) - timedelta(days=9)
    hub.change(
        plan_change(Plan(1, "Full", (WINE,))),
        customer_change(Customer(1, "Member")),
        card_change(lookup_hash(bytes.fromhex(KEY_DIGITS), MEMBER), Card(1)),
        membership_change(Membership(1, Holder(HolderKind.CUSTOMER, 1), 1, started_at, None)),
    )
    yield hub
    hub.stop()


@pytest.fixture
def confirming(mosquitto: Broker) -> Iterator[ConfirmingHub]:
    hub = ConfirmingHub(mosquitto.port)
    yield hub
    hub.stop()


def asked_about(edge: EdgeProcess, confirming: ConfirmingHub) -> Confirm:
    """The one question, which has become the one check-in."""
    (asked,) = confirming.asked
    (kept,) = edge.journal()
    assert asked.checkin.id == kept.id
    assert (asked.checkin.reason, asked.checkin.customer) == ("confirmation_needed", 1)
    return asked


def test_what_the_hub_grants_is_poured(
    tmp_path: Path, mosquitto: Broker, hub: MqttHub, confirming: ConfirmingHub
) -> None:
    edge = EdgeProcess(tmp_path, mosquitto.port, **PATIENT)
    try:
        edge.wait_for("replica")
        edge.wait_for("started")
        edge.counter.type(CARD)
        scan = edge.wait_for("scan")
        assert (scan["outcome"], scan["reason"], scan["remaining"]) == ("granted", "granted", 3)
        assert edge.stop() == (0, "")
        assert asked_about(edge, confirming).nonce
        assert [checkin.counted for checkin in edge.journal()] == [True]
    finally:
        edge.close()


def test_what_the_hub_denies_is_not(
    tmp_path: Path, mosquitto: Broker, hub: MqttHub, confirming: ConfirmingHub
) -> None:
    confirming.answers = lambda ask: [Confirmed(ask.nonce, ask.checkin.id, "denied", "limit_reached", 0)]
    edge = EdgeProcess(tmp_path, mosquitto.port, **PATIENT)
    try:
        edge.wait_for("replica")
        edge.wait_for("started")
        edge.counter.type(CARD)
        scan = edge.wait_for("scan")
        assert (scan["outcome"], scan["reason"], scan["remaining"]) == ("denied", "limit_reached", 0)
        assert edge.stop() == (0, "")
        asked_about(edge, confirming)
        assert [checkin.counted for checkin in edge.journal()] == [False]
    finally:
        edge.close()


def test_a_hub_that_says_nothing_in_time_leaves_the_offline_rule(
    tmp_path: Path, mosquitto: Broker, hub: MqttHub, confirming: ConfirmingHub
) -> None:
    confirming.answers = lambda _: []
    edge = EdgeProcess(tmp_path, mosquitto.port, **HASTY)
    try:
        edge.wait_for("replica")
        edge.wait_for("started")
        edge.counter.type(CARD)
        scan = edge.wait_for("scan")
        assert (scan["outcome"], scan["reason"]) == ("denied", "confirmation_needed")
        asyncio.run(until(lambda: confirming.asked))
        confirming.say(
            Confirmed(confirming.asked[0].nonce, confirming.asked[0].checkin.id, "granted", "granted", 3)
        )
        assert edge.wait_for("dropped")["what"] == "confirmed"
        assert edge.stop() == (0, "")
        assert [checkin.outcome for checkin in edge.journal()] == ["denied"]
    finally:
        edge.close()
