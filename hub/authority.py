"""The hub's own certificate authority: EC P-256, for the broker, for edges and for the hub itself.

It signs public keys and never sees a private one but its own. Certificates begin in 2020, so that a Pi that starts
without a clock takes them, and last longer than hardware does: what ends an edge's access is its rights at the
broker. Must not know Django, nor who gets a certificate.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub import whole_file
from hub.errors import HubError

NAME: Final = "Doorward authority"
BEGINS_AT: Final = datetime(2020, 1, 1, tzinfo=UTC)
AUTHORITY_LASTS: Final = timedelta(days=50 * 365)
CERTIFICATE_LASTS: Final = timedelta(days=25 * 365)
_USAGES: Final = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


class AuthorityProblem(HubError):
    """The authority's certificate is missing, damaged or of another key; the text says what to do."""


class BadCertificateRequest(HubError):
    """A PKCS #10 request that no certificate is made for."""


class Authority:
    """`certificate` is what everybody checks the others' against."""

    def __init__(self, private_value: bytes, certificate: x509.Certificate) -> None:
        self._key = _private_key(private_value)
        self.certificate: Final = certificate

    def client(self, name: str, public: ec.EllipticCurvePublicKey, at: datetime) -> x509.Certificate:
        """For who connects to the broker: it knows them by this common name, of 64 characters at most."""
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        return self._signed(_builder(name, public, at).add_extension(usage, critical=False))

    def server(self, hosts: Sequence[str], public: ec.EllipticCurvePublicKey, at: datetime) -> x509.Certificate:
        """For a broker with these DNS names and IP addresses. ValueError: one of them is neither."""
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        builder = _builder("Doorward broker", public, at).add_extension(usage, critical=False)
        return self._signed(builder.add_extension(names, critical=False))

    def _signed(self, builder: x509.CertificateBuilder) -> x509.Certificate:
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(_usage("digital_signature"), critical=True)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        return builder.add_extension(issuer, critical=False).issuer_name(_named(NAME)).sign(self._key, SHA256())


def establish(path: Path, private_value: bytes, at: datetime) -> bool:
    """Makes the authority's certificate at `path` unless one is there; whether it was made. AuthorityProblem."""
    if path.exists():
        load(path, private_value)
        return False
    key = _private_key(private_value)
    builder = _builder(NAME, key.public_key(), at, AUTHORITY_LASTS).issuer_name(_named(NAME))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    pem = builder.sign(key, SHA256()).public_bytes(Encoding.PEM)
    try:
        return whole_file.create(path, pem, 0o644)
    except OSError as error:
        raise AuthorityProblem(f"{path} cannot be made ({error.strerror}): may you write there?") from error


def load(path: Path, private_value: bytes) -> Authority:
    """The authority of this key, with its certificate as edges have it. AuthorityProblem."""
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except FileNotFoundError as error:
        raise AuthorityProblem(
            f"{path} is missing: put it back from a backup or run `doorward-hub init`"
        ) from error
    except (OSError, ValueError) as error:
        raise AuthorityProblem(f"{path} cannot be read as a certificate: put it back from a backup") from error
    if certificate.public_key() != _private_key(private_value).public_key():
        raise AuthorityProblem(f"{path} does not belong to authority.key: put both back from one backup")
    return Authority(private_value, certificate)


def requested_key(request: bytes) -> ec.EllipticCurvePublicKey:
    """The public key of a PKCS #10 request in DER whose owner signed it; the name in it counts for nothing.

    BadCertificateRequest: it is none, or its key is not one of EC P-256.
    """
    try:
        asked = x509.load_der_x509_csr(request)
        key, signed = asked.public_key(), asked.is_signature_valid
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise BadCertificateRequest("the certificate request cannot be read") from error
    if not (signed and isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1"):
        raise BadCertificateRequest("a certificate is asked for with an EC P-256 key that signed the request")
    return key


def new_key() -> ec.EllipticCurvePrivateKey:
    """Of the kind that certificates are made for."""
    return ec.generate_private_key(ec.SECP256R1())


def _private_key(private_value: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        return ec.derive_private_key(int.from_bytes(private_value), ec.SECP256R1())
    except ValueError as error:
        raise AuthorityProblem("authority.key is no key: put it back from a backup") from error


def _builder(
    name: str, public: ec.EllipticCurvePublicKey, at: datetime, lasts: timedelta = CERTIFICATE_LASTS
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS_AT)
        .not_valid_after(at + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*wanted: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in wanted for usage in _USAGES})
