"""An edge's doctor at a real hub: TLS and rights at its broker, an enrolment, and what revocation leaves."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec.structs import replace

from contract.enrolment import Enrolled
from contract.keys import Trusted
from edge.storage.enrolment_file import write_enrolment
from edge.storage.state_folder import claim
from hub.fleet.identity_operations import revoke_edge
from hub.fleet.models import Edge
from tests.enrolled import HUB_KEY
from tests.hub.enrolling import Pi
from tests.hub.secure_broker import SecureBroker
from tests.hub.test_broker_rights import (
    Connect,
    broker,
    club,
    connect,
    enrolled,
    wait_for,
    worker,
)
from tests.hub.worker_process import WorkerProcess

__all__ = ["broker", "club", "connect", "worker"]  # fixtures

WAY = ["broker.name", "broker.port", "broker.tls", "broker.session", "broker.rights", "broker.kept"]


def kept(pi: Pi, state_dir: Path, broker: SecureBroker) -> None:
    """As `doorward-edge enroll` keeps what the hub gave."""
    assert pi.delivered is not None
    delivered = replace(pi.delivered, broker_host="localhost", broker_port=broker.port, broker_tls=True)
    key = pi.tls_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    given = Enrolled(delivered, Trusted(HUB_KEY.verifying))
    write_enrolment(state_dir, pi.name, bytes([1]) * 32, key, given)


def asked(state_dir: Path) -> dict[str, str]:
    """Of each finding on the way to the broker, its level."""
    command = [sys.executable, "-m", "edge", "doctor", "--state", str(state_dir), "--json"]
    ended = subprocess.run(command, capture_output=True, check=False)
    findings = json.loads(ended.stdout)["findings"]
    return {each["check"]: each["level"] for each in findings if each["check"].startswith("broker.")}


def test_from_enrolment_to_revocation(worker: WorkerProcess, broker: SecureBroker, tmp_path: Path) -> None:
    kept(enrolled("door", worker), tmp_path / "state", broker)
    assert asked(tmp_path / "state") == dict.fromkeys(WAY, "ok")
    revoke_edge(Edge.objects.get(name="door").pk, datetime.now(UTC))
    wait_for(worker, "deleteClient", "edge:door:1")
    assert asked(tmp_path / "state") == {**dict.fromkeys(WAY[:4], "ok"), "broker.rights": "failure"}


def test_the_session_of_an_edge_that_runs_is_left_alone(
    worker: WorkerProcess, broker: SecureBroker, connect: Connect, tmp_path: Path
) -> None:
    """It holds the folder's lock, as an edge does; the broker calls whoever has its certificate by one name."""
    pi = enrolled("door", worker)
    kept(pi, tmp_path / "state", broker)
    held = claim(tmp_path / "state")
    running = connect(pi)
    assert asked(tmp_path / "state") == {**dict.fromkeys(WAY[:3], "ok"), "broker.edge": "ok"}
    assert running.reads("dw/1/down/door/ack") == [True]
    assert not running.gone.is_set()
    os.close(held)
