"""A hub that is set up for both wallets: a throw-away authority in Apple's place, a service account, a folder."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.test import override_settings

PASS_TYPE = "pass.example.club"
TEAM = "TEAM123456"
ISSUER = "3388000000012345678"
ACCOUNT = "doorward@club.iam.gserviceaccount.com"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Signed:
    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


@cache
def root() -> Signed:
    return signed("Root", ec.generate_private_key(ec.SECP256R1()), None, is_authority=True)


@cache
def wwdr() -> Signed:
    return signed("WWDR", ec.generate_private_key(ec.SECP256R1()), root(), is_authority=True)


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


@cache
def server() -> Signed:
    """Of a service on the loopback."""
    return signed("127.0.0.1", ec.generate_private_key(ec.SECP256R1()), root())


def pass_certificate(days: int = 300, user_id: str = PASS_TYPE, key: Key | None = None) -> Signed:
    return signed("Pass Type ID: club", key or rsa_key(), wwdr(), days=days, user_id=user_id)


def signed(
    name: str,
    key: Key,
    by: Signed | None,
    *,
    is_authority: bool = False,
    days: int = 300,
    user_id: str = "",
) -> Signed:
    subject = [
        x509.NameAttribute(NameOID.COMMON_NAME, name),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, TEAM),
    ]
    if user_id:
        subject.append(x509.NameAttribute(NameOID.USER_ID, user_id))
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(subject))
        .issuer_name(x509.Name(subject) if by is None else by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=400))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if name == "127.0.0.1":
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))])
        builder = builder.add_extension(names, critical=False)
    return Signed(key, builder.sign(key if by is None else by.key, hashes.SHA256()))


def pem_of(key: Key, password: bytes = b"") -> bytes:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


def put(folder: Path, name: str, content: bytes, mode: int = 0o600) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return path


def put_apple(folder: Path, certificate: Signed | None = None) -> None:
    certificate = certificate or pass_certificate()
    put(folder, "apple.key", pem_of(rsa_key()))
    put(folder, "apple.cer", certificate.certificate.public_bytes(Encoding.DER))
    put(folder, "wwdr.cer", wwdr().pem)


def put_google(folder: Path, token_uri: str = "https://oauth2.googleapis.com/token") -> None:
    said = {"type": "service_account", "client_email": ACCOUNT, "private_key": pem_of(rsa_key()).decode()}
    put(folder, "google.json", json.dumps(said | {"token_uri": token_uri}).encode())


@contextmanager
def hub_with(folder: Path, url: str = "https://localhost", issuer: str = ISSUER) -> Iterator[None]:
    """The hub's wallet folder is this one."""
    environment = replace(settings.ENVIRONMENT, wallet=folder, google_issuer=issuer, url=url)
    with override_settings(ENVIRONMENT=environment, DOORWARD_URL=url):
        yield
