"""A Pi that enrols at the hub, by nothing but the code and contract/: its keys, its request, what it gets."""

import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from contract.enrolment import Asked, Delivered, Pending, ask, open_answer
from contract.enrolment_code import read_code
from contract.keys import OpeningKey, SigningKey

OPENING_KEY = OpeningKey(b"\x44" * 32)


class Pi:
    """`number` makes its signing key; `name` is what it calls itself."""

    def __init__(self, name: str = "clubhouse", number: int = 1) -> None:
        self.name = name
        self.signing_key = SigningKey(bytes([number]) * 32)
        self.tls_key = ec.generate_private_key(ec.SECP256R1())
        self.delivered: Delivered | None = None

    def ask(self, code: str, certificate_request: bytes | None = None, nonce: bytes = b"n" * 16) -> Pending:
        asked = Asked(
            edge=self.name,
            nonce=nonce,
            signing_key=self.signing_key.verifying.public,
            opening_key=OPENING_KEY.public,
            certificate_request=certificate_request or certificate_request_by(self.tls_key),
        )
        return ask(read_code(code), asked)

    def take(self, answer: bytes, pending: Pending) -> Delivered:
        enrolled = open_answer(answer, pending, OPENING_KEY)
        assert enrolled.trusted.current.id == pending.code.fingerprint
        self.delivered = enrolled.delivered
        return enrolled.delivered

    def certificate(self) -> x509.Certificate:
        assert self.delivered is not None
        return x509.load_der_x509_certificate(self.delivered.certificate[0])

    def tls_context(self, folder: Path) -> ssl.SSLContext:
        """As delivered: the authority that it trusts, the certificate that it shows."""
        assert self.delivered is not None
        authority = x509.load_der_x509_certificate(self.delivered.authority[0])
        return client_context(folder, authority, self.certificate(), self.tls_key)


def client_context(
    folder: Path, authority: x509.Certificate, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=authority.public_bytes(Encoding.PEM).decode())
    path = folder / "client.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context.load_cert_chain(path)
    path.unlink()
    return context


def certificate_request_by(key: ec.EllipticCurvePrivateKey, name: str = "anybody at all") -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .sign(key, SHA256())
        .public_bytes(Encoding.DER)
    )
