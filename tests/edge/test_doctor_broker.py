"""What the doctor finds on the way to the broker: real mosquitto, by TLS and in the clear, and what is none."""

import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.topics import FEED_HEAD, feed
from edge.core.saved_trust import SavedTrust
from edge.doctor import broker
from edge.doctor.findings import Finding, Level
from edge.doctor.running import Running
from edge.hub_link import broker_probe
from edge.storage.small_file import SmallFile
from tests.brokers import Broker
from tests.edge.doctor_runs import Ward, days
from tests.edge.fakes import FakeClock
from tests.edge.mqtt_hub import MqttHub
from tests.edge.test_link_tls import TlsBroker
from tests.enrolled import STRANGER_KEY, Certificate, issued, make_authority

OK, WARNING, FAILURE = Level.OK, Level.WARNING, Level.FAILURE
PLUGIN = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so"
ALL_FINE = ["broker.name", "broker.port", "broker.tls", "broker.session", "broker.rights", "broker.kept"]
SERVER = issued("broker", "127.0.0.1")


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path)
    yield made
    made.close()


class NamingBroker(TlsBroker):
    """As Doorward's own: by TLS, whoever comes is called by the name in the certificate."""

    def __init__(self, folder: Path, certificate: Certificate = SERVER) -> None:
        super().__init__(folder, certificate)
        with self._configuration.open("a") as file:
            file.write("use_identity_as_username true\nuse_username_as_clientid true\n")


@pytest.fixture
def naming(tmp_path: Path) -> Iterator[NamingBroker]:
    made = NamingBroker(tmp_path / "broker")
    made.start()
    yield made
    made.kill()


def asked(ward: Ward) -> list[Finding]:
    return list(broker.reach(ward.patient()))


def failed(ward: Ward) -> Finding:
    """The last step is the one that failed, and says what to do."""
    *gone, last = asked(ward)
    assert {each.level for each in gone} <= {OK}
    assert last.level is FAILURE
    assert last.why
    assert last.to_do
    return last


def test_all_the_way_to_what_the_hub_keeps(ward: Ward, naming: NamingBroker) -> None:
    hub = MqttHub(naming.port)
    hub.wait()
    ward.enrol(naming.tls_port, tls=True)
    try:
        _settled(ward)
        findings = asked(ward)
    finally:
        hub.stop()
    assert [each.check for each in findings] == ALL_FINE
    assert {each.level for each in findings} == {OK}
    assert "sealed by the hub's key: the feed everyone stands at 0" in findings[-1].what


def _settled(ward: Ward) -> None:
    """Until the broker keeps what the hub has said."""
    ends_at_s = time.monotonic() + 20
    while asked(ward)[-1].level is FAILURE and time.monotonic() < ends_at_s:
        time.sleep(0.05)


def test_a_hub_that_has_said_nothing(ward: Ward, naming: NamingBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_probe, "RETAINED_S", 0.2)
    ward.enrol(naming.tls_port, tls=True)
    assert failed(ward).check == "broker.kept"
    hub = MqttHub(naming.port)
    hub.key = STRANGER_KEY
    hub.wait()
    hub.say(feed("everyone", FEED_HEAD), hub.model.head(), retain=True)
    ends_at_s = time.monotonic() + 20
    while "does not count" not in failed(ward).what and time.monotonic() < ends_at_s:
        time.sleep(0.05)
    hub.stop()
    assert "sealed by" in failed(ward).what


def test_a_hub_that_has_fallen_silent(ward: Ward) -> None:
    ward.enrol()
    patient = ward.patient(ward.told_by_hub())
    for ago, level, said in ((days(1), FAILURE, "24 hours"), (days(0), OK, "0 s"), (-days(1), OK, "0 s")):
        told = broker_probe.Tried(broker_probe.Step.KEPT, told="it stands", said_at=patient.known.at - ago)
        (one,) = broker._told(told, patient)
        assert (one.level, one.what) == (level, f"it stands, said {said} ago")


def test_a_name_that_nobody_knows(ward: Ward) -> None:
    ward.enrol(host="no-such-host.invalid")
    one = failed(ward)
    assert (one.check, one.what.startswith("no-such-host.invalid: ")) == ("broker.name", True)


def test_a_broker_that_is_dead(ward: Ward, naming: NamingBroker) -> None:
    ward.enrol(naming.tls_port, tls=True)
    naming.kill()
    one = failed(ward)
    assert (one.check, one.what) == ("broker.port", f"127.0.0.1, port {naming.tls_port}: Connection refused")


@pytest.mark.parametrize(
    ("certificate", "hint"),
    [
        (issued("broker", "127.0.0.1", by=make_authority("somebody")), "hub's own authority"),
        (issued("broker", "broker.example"), "hub's own authority"),
    ],
    ids=["another authority", "another name"],
)
def test_another_broker(ward: Ward, tmp_path: Path, certificate: Certificate, hint: str) -> None:
    other = TlsBroker(tmp_path / "other", certificate)
    other.start()
    ward.enrol(other.tls_port, tls=True)
    try:
        one = failed(ward)
    finally:
        other.kill()
    assert one.check == "broker.tls"
    assert hint in str(one.to_do)


def test_a_brokers_certificate_that_ends_or_has_ended(ward: Ward, tmp_path: Path) -> None:
    levels = {}
    for count in (-1, 9):
        ending = TlsBroker(tmp_path / f"in {count}", issued("broker", "127.0.0.1", days(-30), days(count)))
        ending.start()
        ward.enrol(ending.tls_port, tls=True)
        ward.fill()
        (one,) = [each for each in asked(ward) if each.check == "broker.tls"]
        levels[count] = one.level
        ending.kill()
    assert levels == {-1: FAILURE, 9: WARNING}


def test_an_edges_certificate_that_is_not_taken(ward: Ward, naming: NamingBroker) -> None:
    strange = issued("edge:clubhouse:1", by=make_authority("somebody"))
    ward.enrol(naming.tls_port, tls=True, certificate=strange)
    one = failed(ward)
    assert one.check == "broker.tls"
    assert "enrol this edge again" in str(one.to_do)
    ended = issued("edge:clubhouse:1", begins=days(-9), ends=days(-1))
    ward.enrol(naming.tls_port, tls=True, certificate=ended)
    assert failed(ward).check == "broker.tls"
    (ward.state / "enrolment" / "tls.crt").write_text("no certificate")
    assert "a file of this edge's certificate" in failed(ward).what


def test_a_broker_that_speaks_no_tls(ward: Ward, naming: NamingBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_probe, "STEP_S", 0.3)
    ward.enrol(naming.port, tls=True)
    assert failed(ward).check == "broker.tls"


def test_what_speaks_no_mqtt(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_probe, "STEP_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        ward.enrol(server.getsockname()[1])
        assert failed(ward).check == "broker.session"


def test_a_broker_that_does_not_let_it_in(ward: Ward, tmp_path: Path) -> None:
    strict = Broker(tmp_path / "strict")
    text = strict._configuration.read_text()
    strict._configuration.write_text(text.replace("allow_anonymous true", "allow_anonymous false"))
    strict.start()
    ward.enrol(strict.port)
    try:
        one = failed(ward)
    finally:
        strict.kill()
    assert one.check == "broker.session"
    assert "refuses" in one.what


@pytest.mark.skipif(not os.path.exists(PLUGIN), reason="mosquitto's plugin is not installed")  # noqa: PTH110
@pytest.mark.parametrize("tls", [False, True])
def test_a_broker_at_which_it_may_not_hear(ward: Ward, tmp_path: Path, tls: bool) -> None:
    """A hub that has not given the rights yet, or has taken them: by TLS, too."""
    deaf = NamingBroker(tmp_path / "deaf")
    access = dict.fromkeys(("publishClientSend", "publishClientReceive", "subscribe", "unsubscribe"), False)
    rights = tmp_path / "deaf" / "rights.json"
    rights.write_text(json.dumps({"defaultACLAccess": access, "clients": [], "groups": [], "roles": []}))
    with deaf._configuration.open("a") as file:
        file.write(f"plugin {PLUGIN}\nplugin_opt_config_file {rights}\n")
    deaf.start()
    ward.enrol(deaf.tls_port if tls else deaf.port, tls=tls)
    try:
        one = failed(ward)
    finally:
        deaf.kill()
    assert one.check == "broker.rights"
    assert "dw/1/down/clubhouse/mode" in one.what
    assert "is the hub's worker running" in str(one.to_do)
    assert "doorward-edge enroll" in str(one.to_do)


def test_beside_an_edge_by_tls_no_session_is_begun(ward: Ward, naming: NamingBroker) -> None:
    ward.enrol(naming.tls_port, tls=True)
    patient = ward.patient()
    patient.running = Running(os.getpid())  # type: ignore[misc] # as if the kernel had said so
    findings = list(broker.reach(patient))
    assert [each.check for each in findings] == [*ALL_FINE[:3], "broker.edge"]
    assert findings[-1].level is FAILURE
    with socket.create_connection(("127.0.0.1", naming.tls_port)):
        assert list(broker.reach(patient))[-1].level is OK


def test_a_hub_that_answers_an_edge_no_more_to_which_its_broker_leads(ward: Ward, naming: NamingBroker) -> None:
    """By TLS, what the hub keeps is not looked at beside the edge: what the edge has written down is."""
    ward.enrol(naming.tls_port, tls=True)
    clock = FakeClock()
    clock.elapsed_s = 1_000.0
    for ago_s, level in ((290.0, OK), (310.0, WARNING)):
        whole_s = clock.elapsed_s - ago_s
        trust = SavedTrust(boot=clock.boot, saved_s=clock.elapsed_s, whole_s=whole_s)
        SmallFile(ward.state / "trust.json", SavedTrust).write(trust)
        patient = ward.patient(clock)
        patient.running = Running(os.getpid())  # type: ignore[misc] # as if the kernel had said so
        with socket.create_connection(("127.0.0.1", naming.tls_port)):
            *_, edge, hub = broker.reach(patient)
        assert (edge.check, edge.level, hub.check, hub.level) == ("broker.edge", OK, "broker.hub", level)
    assert "is the hub's worker running" in str(hub.to_do)
    *_, last = broker.reach(patient)
    assert (last.check, last.level) == ("broker.edge", FAILURE), "who is not connected hears no hub"


def test_an_edge_that_is_not_enrolled_asks_nobody(ward: Ward) -> None:
    ward.state.mkdir()
    assert asked(ward) == []
