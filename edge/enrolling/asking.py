"""What this edge asks its hub with: keys of its own, and the request, kept byte for byte until it is answered.

An answer may be lost on its way: the hub takes the very same request again, and nothing else by that code.
"""

import secrets
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from msgspec import Struct

from contract.enrolment import Asked, Pending, ask
from contract.enrolment_code import Code
from contract.keys import KEY_BYTES, OpeningKey, SigningKey
from edge.storage.small_file import SmallFile

FILE: Final = "enrolment.pending"
_NONCE_BYTES: Final = 16


class SavedPending(Struct, frozen=True, kw_only=True):
    """A request that waits for its answer, and the private keys to what it asks. `code` is the code's id."""

    code: bytes
    edge: str
    request: bytes
    digest: bytes
    signing_seed: bytes
    opening_seed: bytes
    tls_key: bytes

    def __repr__(self) -> str:
        return f"SavedPending({self.edge})"


def asking(state_dir: Path, code: Code, edge: str) -> SavedPending:
    """The request by this code for this edge: the one that waits already, or a new one, on disk when this returns.

    OSError.
    """
    file = SmallFile(state_dir / FILE, SavedPending)
    waiting = file.read()
    if waiting is not None and (waiting.code, waiting.edge) == (code.id, edge):
        return waiting
    new = _new(code, edge)
    file.write(new)
    return new


def pending_of(saved: SavedPending, code: Code) -> Pending:
    return Pending(code, saved.edge, saved.request, saved.digest)


def forget(state_dir: Path) -> None:
    """It is answered."""
    (state_dir / FILE).unlink(missing_ok=True)


def certifies(certificate: bytes, tls_key: bytes) -> bool:
    """Whether a certificate in DER is of this key in PEM."""
    try:
        certified = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError:
        return False
    own = load_pem_private_key(tls_key, None).public_key()
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    return certified.public_bytes(*form) == own.public_bytes(*form)


def _new(code: Code, edge: str) -> SavedPending:
    signing_seed, opening_seed = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
    tls_key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, edge)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(tls_key, SHA256())
    pending = ask(
        code,
        Asked(
            edge=edge,
            nonce=secrets.token_bytes(_NONCE_BYTES),
            signing_key=SigningKey(signing_seed).verifying.public,
            opening_key=OpeningKey(opening_seed).public,
            certificate_request=request.public_bytes(Encoding.DER),
        ),
    )
    return SavedPending(
        code=code.id,
        edge=edge,
        request=pending.request,
        digest=pending.digest,
        signing_seed=signing_seed,
        opening_seed=opening_seed,
        tls_key=tls_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
