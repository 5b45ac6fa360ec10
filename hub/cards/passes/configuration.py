"""What signs passes: the organization's certificate from Apple and its service account at Google, as files.

`apple.key`, `apple.cer` (both made as docs/wallet-passes.md says) and `wwdr.cer`, Apple's intermediate authority;
`google.json` and the issuer's number. Whatever is missing or wrong takes its wallet away and nothing else. Files
may be replaced at any time. No key's content is in an error or a repr.
"""

import json
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import NameOID
from django.conf import settings

from hub.errors import HubError

APPLE_FILES: Final = ("apple.key", "apple.cer", "wwdr.cer")
GOOGLE_FILE: Final = "google.json"
_RENEW_BEFORE: Final = timedelta(days=30)
_TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_PEM: Final = b"-----BEGIN"
_FILE_BYTES_MAX: Final = 100_000


class NotUsable(HubError):
    """A file of a wallet's that cannot be used; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Apple:
    """`pass_type` and `team` are as the certificate has them; it counts until `until`."""

    pass_type: str
    team: str
    until: datetime
    certificate: x509.Certificate = field(repr=False)
    wwdr: x509.Certificate = field(repr=False)
    key: RSAPrivateKey | EllipticCurvePrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Google:
    """`account` is the service account's address, `token_uri` where it signs in."""

    issuer: str
    account: str
    token_uri: str
    key: RSAPrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wallets:
    """Those that can be used, and what is wrong with the others, or soon with these."""

    apple: Apple | None
    google: Google | None
    troubles: tuple[str, ...]


def wallets(at: datetime) -> Wallets:
    """As the files are now."""
    folder, issuer = settings.ENVIRONMENT.wallet, settings.ENVIRONMENT.google_issuer
    stamps = tuple(_stamp(folder / name) for name in (*APPLE_FILES, GOOGLE_FILE))
    found = _read(folder, issuer, stamps)
    apple, troubles = found.apple, list(found.troubles)
    if apple is not None:
        troubles += _of_now(apple, at)
        if not apple.certificate.not_valid_before_utc <= at < apple.until:
            apple = None
    return Wallets(apple, found.google, tuple(troubles))


def button_file(wallet: str) -> Path:
    """Where the company's own picture of its button would be."""
    return settings.ENVIRONMENT.wallet / f"{wallet}-button.svg"


def _of_now(apple: Apple, at: datetime) -> Iterable[str]:
    if not settings.ENVIRONMENT.secure:
        yield "Apple's passes show changes only where DOORWARD_URL begins with https://"
    if at < apple.certificate.not_valid_before_utc:
        yield "apple.cer is not valid yet: is this machine's clock right?"
    elif at >= apple.until:
        yield f"apple.cer has expired on {apple.until:%Y-%m-%d}: renew it as docs/wallet-passes.md says"
    elif at >= apple.until - _RENEW_BEFORE:
        yield f"apple.cer expires on {apple.until:%Y-%m-%d}: renew it as docs/wallet-passes.md says"


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes with the file; None: it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_mode


@lru_cache(maxsize=4)
def _read(folder: Path, issuer: str, stamps: tuple[tuple[int, int, int] | None, ...]) -> Wallets:
    """`stamps` are of the files, in their order: with others it is read anew."""
    apple, google, troubles = None, None, []
    *of_apple, of_google = stamps
    try:
        apple = _apple(folder) if any(of_apple) else None
    except NotUsable as error:
        troubles.append(str(error))
    try:
        google = _google(folder / GOOGLE_FILE, issuer) if of_google or issuer else None
    except NotUsable as error:
        troubles.append(str(error))
    return Wallets(apple, google, tuple(troubles))


def _apple(folder: Path) -> Apple:
    key_path, certificate_path, wwdr_path = (folder / name for name in APPLE_FILES)
    key = _private_key(_secret(key_path), key_path)
    certificate = _certificate(certificate_path)
    signer = _named(certificate.issuer, NameOID.ORGANIZATIONAL_UNIT_NAME) or "of another name"
    if not wwdr_path.exists():
        raise NotUsable(
            f"{wwdr_path} is missing: of Apple's authorities it is the one that signed apple.cer, {signer}"
        )
    wwdr = _certificate(wwdr_path)
    if _public_bytes(key.public_key()) != _public_bytes(certificate.public_key()):
        raise NotUsable(f"{certificate_path} was not made for apple.key: the request has to be made with that key")
    try:
        certificate.verify_directly_issued_by(wwdr)
    except (InvalidSignature, ValueError, TypeError) as error:
        raise NotUsable(f"{wwdr_path} is not the authority that signed apple.cer, {signer}") from error
    pass_type = _named(certificate.subject, NameOID.USER_ID)
    team = _named(certificate.subject, NameOID.ORGANIZATIONAL_UNIT_NAME)
    if not pass_type.startswith("pass.") or not team:
        raise NotUsable(f"{certificate_path} is no Pass Type ID certificate")
    return Apple(pass_type, team, certificate.not_valid_after_utc.astimezone(UTC), certificate, wwdr, key)


def _google(path: Path, issuer: str) -> Google:
    if not issuer:
        raise NotUsable(f"DOORWARD_GOOGLE_ISSUER is not set: {path} is used together with the issuer's number")
    try:
        said = json.loads(_secret(path))
        account, pem = str(said["client_email"]), str(said["private_key"]).encode()
        token_uri = str(said.get("token_uri", _TOKEN_URI))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotUsable(f"{path} is no key of a service account, as Google's console gives it (JSON)") from error
    key = _private_key(pem, path)
    if not isinstance(key, RSAPrivateKey):
        raise NotUsable(f"{path} holds no RSA key, which Google asks for")
    return Google(issuer, account, token_uri, key)


def _secret(path: Path) -> bytes:
    content = _content(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise NotUsable(f"{path} may be read by others (mode {mode:04o}): chmod 600 {path}")
    return content


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_FILE_BYTES_MAX)
    except FileNotFoundError as error:
        raise NotUsable(f"{path} is missing: docs/wallet-passes.md says where it comes from") from error
    except OSError as error:
        raise NotUsable(f"{path} cannot be read ({error.strerror}): it has to be the hub's own user's") from error


def _private_key(content: bytes, path: Path) -> RSAPrivateKey | EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(content, None)
    except TypeError as error:
        raise NotUsable(f"{path} is locked by a password: the hub needs the key without one") from error
    except ValueError as error:
        raise NotUsable(f"{path} holds no private key in PEM form") from error
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise NotUsable(f"{path} holds a key of another kind than RSA or EC")
    return key


def _certificate(path: Path) -> x509.Certificate:
    """As Apple gives it (DER), or in PEM form."""
    content = _content(path)
    try:
        if content.lstrip().startswith(_PEM):
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except ValueError as error:
        raise NotUsable(f"{path} is no certificate") from error


def _public_bytes(key: object) -> bytes:
    return key.public_bytes(  # type: ignore[attr-defined, no-any-return]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _named(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    return next((str(each.value) for each in name.get_attributes_for_oid(oid)), "")
