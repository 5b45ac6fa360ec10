"""An enrolled edge for tests: fixed keys of a hub and an edge, their seals, a small authority, a state folder.

The keys are no secret: they stand here. Certificates are made by an authority of the test's own.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Final, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from contract.enrolment import Delivered, Enrolled
from contract.keys import SigningKey, Trusted, VerifyingKey
from contract.messages import decode, encode
from contract.seal import seal, unseal_by
from edge.storage.enrolment_file import EnrolledEdge, read_enrolment, write_enrolment

EDGE: Final = "clubhouse"
FEED: Final = "everyone"
HUB_SEED: Final = b"\x11" * 32
EDGE_SEED: Final = b"\x22" * 32
HUB_KEY: Final = SigningKey(HUB_SEED)
EDGE_KEY: Final = SigningKey(EDGE_SEED)
STRANGER_KEY: Final = SigningKey(b"\x33" * 32)
"""Whose word counts nowhere."""
ORGANIZATION_KEY: Final = b"\x5e" * 32
TRUSTED: Final = Trusted(HUB_KEY.verifying)
"""What an edge enrolled here trusts at first."""

_Message = TypeVar("_Message", bound=Struct)


def sealed(topic: str, message: Struct | bytes, key: SigningKey = HUB_KEY) -> bytes:
    """`message` (or a payload), sealed for `topic`; by the hub, unless `key` says otherwise."""
    return seal(message if isinstance(message, bytes) else encode(message), key, topic)


def unsealed(
    topic: str, payload: bytes, message_type: type[_Message], key: VerifyingKey = EDGE_KEY.verifying
) -> _Message:
    """The message that `key`, the edge's, sealed for `topic`; or the error."""
    return decode(unseal_by(payload, key, topic), message_type)


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """PEM files NAME.crt and NAME.key."""
        folder.mkdir(parents=True, exist_ok=True)
        certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
        certificate.write_bytes(self.pem())
        key.touch(0o600)
        key.write_bytes(self.key_pem())
        return certificate, key


@cache
def authority() -> Certificate:
    """The tests' own authority, the same within a process."""
    return make_authority("tests' authority")


def make_authority(name: str) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, name, key, timedelta(days=-1), timedelta(days=3_650))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return Certificate(builder.sign(key, SHA256()), key)


def issued(
    name: str,
    host: str | None = None,
    begins: timedelta = timedelta(days=-1),
    ends: timedelta = timedelta(days=365),
    by: Certificate | None = None,
) -> Certificate:
    """A client's certificate; with `host` a server's, by its address. `begins` and `ends` count from now."""
    by = by or authority()
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, _common_name(by.certificate), key, begins, ends)
    usage = ExtendedKeyUsageOID.CLIENT_AUTH if host is None else ExtendedKeyUsageOID.SERVER_AUTH
    builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    if host is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
    return Certificate(builder.sign(by.key, SHA256()), key)


def enrolled_state(
    state_dir: Path,
    edge: str = EDGE,
    feed: str = FEED,
    port: int = 1,
    *,
    host: str = "127.0.0.1",
    tls: bool = False,
    epoch: int = 1,
    orders_epoch: int = 1,
    edge_seed: bytes = EDGE_SEED,
    hub_key: SigningKey = HUB_KEY,
    organization_key: bytes = ORGANIZATION_KEY,
    certificate: Certificate | None = None,
) -> EnrolledEdge:
    """Write a state folder as enrolment does, and read it. Nothing listens at port 1."""
    own = certificate or issued(f"edge:{edge}:1")
    delivered = Delivered(
        broker_host=host,
        broker_port=port,
        broker_tls=tls,
        authority=[authority().der()],
        certificate=[own.der()],
        organization_key=organization_key,
        feed=feed,
        epoch=epoch,
        orders_epoch=orders_epoch,
        generation=1,
        at_us=0,
    )
    write_enrolment(state_dir, edge, edge_seed, own.key_pem(), Enrolled(delivered, Trusted(hub_key.verifying)))
    return read_enrolment(state_dir)


def _builder(
    name: str, issuer: str, key: ec.EllipticCurvePrivateKey, begins: timedelta, ends: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
