"""What `broker_setup` writes, the authority behind it, and where the broker is said to be."""

import json
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store

from hub import authority
from hub.environment import BrokerAddress, EnvironmentProblem, read
from hub.sync import broker_files, broker_rights
from hub.sync.broker_files import BrokerPlace
from tests.hub.conftest import DATA, run_hub

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = b"\x01" * 32
ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "firmware_config" / "mosquitto"


@pytest.fixture
def own(tmp_path: Path) -> authority.Authority:
    authority.establish(tmp_path / "authority.crt", KEY, AT)
    return authority.load(tmp_path / "authority.crt", KEY)


def set_up(folder: Path, *options: str) -> tuple[int, str, str]:
    data = ("--data", str(folder.parent / "broker-data"))
    done = run_hub("broker_setup", "--folder", str(folder), *data, *options)
    return done.returncode, done.stdout, done.stderr


def test_a_broker_is_set_up_once(tmp_path: Path) -> None:
    folder = tmp_path / "doorward"
    code, told, wrong = set_up(folder, "--host", "hub.example", "--host", "192.0.2.7")
    assert (code, wrong) == (0, "")
    assert "DOORWARD_BROKER_FOR_EDGES=mqtts://hub.example:8883" in told
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "server.key": 0o600,
        "dynamic-security.json": 0o600,
        "server.crt": 0o644,
        "authority.crt": 0o644,
        "mosquitto.conf": 0o644,
    }
    certificate = x509.load_pem_x509_certificate((folder / "server.crt").read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["hub.example", "localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [ip_address("192.0.2.7"), ip_address("127.0.0.1")]
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate((DATA / "authority.crt").read_bytes()))

    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    code, told, wrong = set_up(folder, "--host", "hub.example")
    assert (code, told) == (2, "")
    assert "server.key" in wrong
    assert "--force" in wrong
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    assert set_up(folder, "--host", "other.example", "--force")[0] == 0
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert after["server.key"] != before["server.key"]
    assert after["dynamic-security.json"] == before["dynamic-security.json"]


def test_what_cannot_be_set_up(tmp_path: Path) -> None:
    code, _, wrong = set_up(tmp_path / "doorward", "--host", "türe.example")
    assert code == 2
    assert "DNS names and IP addresses" in wrong
    (tmp_path / "file").touch()
    code, _, wrong = set_up(tmp_path / "file" / "doorward", "--host", "hub.example")
    assert code == 2
    assert "choose another" in wrong
    assert "Traceback" not in wrong


def test_at_first_the_hub_alone_has_rights() -> None:
    first = json.loads(broker_files.first_rights())
    assert [client["username"] for client in first["clients"]] == ["hub"]
    assert first["defaultACLAccess"] == broker_rights.DEFAULTS
    assert first["groups"] == []


def test_what_is_shipped_is_what_is_made() -> None:
    place = BrokerPlace(Path("/etc/mosquitto/doorward"), Path("/var/lib/mosquitto"))
    assert (SHIPPED / "mosquitto.conf").read_text("utf-8") == broker_files.configuration(place)
    assert (SHIPPED / "dynamic-security.json").read_text("utf-8") == broker_files.first_rights()


def test_an_authority_is_made_once_and_belongs_to_its_key(tmp_path: Path, own: authority.Authority) -> None:
    path = tmp_path / "authority.crt"
    before = path.read_bytes()
    assert not authority.establish(path, KEY, AT)
    assert path.read_bytes() == before == own.certificate.public_bytes(Encoding.PEM)
    with pytest.raises(authority.AuthorityProblem, match=r"does not belong to authority\.key"):
        authority.load(path, b"\x02" * 32)
    with pytest.raises(authority.AuthorityProblem, match="is no key"):
        authority.load(path, b"\xff" * 32)
    path.write_text("nothing")
    with pytest.raises(authority.AuthorityProblem, match="from a backup"):
        authority.establish(path, KEY, AT)
    with pytest.raises(authority.AuthorityProblem, match="doorward-hub init"):
        authority.load(tmp_path / "none.crt", KEY)
    with pytest.raises(authority.AuthorityProblem, match="may you write there"):
        authority.establish(path / "none.crt", KEY, AT)


def test_a_certificate_holds_by_the_rules_of_the_web(own: authority.Authority) -> None:
    """They ask for more than OpenSSL does, and newer Pythons for some of it."""
    key = authority.new_key()
    leaf = own.server(["hub.example"], key.public_key(), AT)
    verifier = PolicyBuilder().store(Store([own.certificate])).time(AT)
    chain = verifier.build_server_verifier(x509.DNSName("hub.example")).verify(leaf, [])
    assert chain == [leaf, own.certificate]


def broker(**variables: str) -> tuple[BrokerAddress, BrokerAddress, bool]:
    found = read({f"DOORWARD_BROKER{name}": text for name, text in variables.items()})
    return found.broker, found.broker_for_edges, found.broker_rights


def test_where_the_broker_is() -> None:
    plain, tls = BrokerAddress("127.0.0.1", 1883, False), BrokerAddress("hub.example", 8883, True)
    assert broker() == (plain, plain, False)
    assert broker(_FOR_EDGES="mqtts://hub.example") == (plain, tls, False)
    assert broker(**{"": "mqtts://hub.example:8883/"}) == (tls, tls, True)
    assert broker(**{"": "mqtts://hub.example", "_RIGHTS": "none"}) == (tls, tls, False)
    assert broker(_RIGHTS="dynamic-security") == (plain, plain, True)
    assert broker(_FOR_EDGES="mqtts://[2001:db8::7]:8")[1] == BrokerAddress("2001:db8::7", 8, True)


@pytest.mark.parametrize(
    ("name", "text"), [("_FOR_EDGES", "tcp://hub"), ("_RIGHTS", "all"), ("", "mqtts://hub.example:0")]
)
def test_where_the_broker_cannot_be(name: str, text: str) -> None:
    with pytest.raises(EnvironmentProblem, match=f"DOORWARD_BROKER{name} "):
        broker(**{name: text})


def test_edges_may_be_served_at_one_address_alone() -> None:
    place = broker_files.BrokerPlace(Path("/x"), Path("/y"))
    assert "\nlistener 8883\n" in broker_files.configuration(place)
    narrow = broker_files.BrokerPlace(Path("/x"), Path("/y"), address="192.0.2.7")
    assert "\nlistener 8883 192.0.2.7\n" in broker_files.configuration(narrow)
