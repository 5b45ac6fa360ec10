"""Whether the edge is enrolled, its keys can be read by it alone, and its certificate is still valid.

Shows fingerprints, never keys.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from edge.doctor.findings import Finding, failure, ok, warning
from edge.doctor.patient import Patient
from edge.storage.enrolment_file import EnrolledEdge, EnrolmentFileError

SOON: Final = timedelta(days=30)
_ENROL_AGAIN: Final = "enrol this edge again: doorward-edge enroll --hub URL --name NAME --code CODE"


def enrolment(patient: Patient) -> Iterator[Finding]:
    found = patient.enrolment
    if isinstance(found, EnrolmentFileError):
        what, _, to_do = str(found).partition(": ")
        why = "no edge runs on it: it does not know whose word counts"
        yield failure("seal.enrolment", what, why, to_do or _ENROL_AGAIN)
        return
    yield ok(
        "seal.enrolment",
        f"it is the edge {found.edge} of the feed {found.feed}; its own key {found.signing_key.id.hex()}",
    )
    yield _hub_key(found, patient)


def _hub_key(edge: EnrolledEdge, patient: Patient) -> Finding:
    trusted = edge.trusted
    told = f"the hub's key is {trusted.current.id.hex()}, generation {trusted.generation}"
    if trusted.old is not None and trusted.old_until is not None and trusted.old_until > patient.known.at:
        told += f"; {trusted.old.id.hex()} counts until {trusted.old_until:%Y-%m-%d %H:%M} UTC"
    return ok("seal.hub_key", told)


def certificate(patient: Patient) -> Iterator[Finding]:
    """The edge's own, for TLS, and the authority that it came from."""
    edge = patient.enrolled
    if edge is None:
        return
    try:
        own, authority = _first(edge.tls_certificate), _first(edge.authority)
        key = load_pem_private_key(edge.tls_key.read_bytes(), None)
        fits = key.public_key() == own.public_key()
    except (OSError, ValueError, TypeError):
        # Not the error: what a key file holds could stand in it.
        why = "without them no broker is reached by TLS"
        yield failure("seal.certificate", "a file of its certificate is damaged", why, _ENROL_AGAIN)
        return
    if not fits:
        why = "the broker will not take a certificate without its key"
        yield failure("seal.certificate", "its certificate is of another key than tls.key", why, _ENROL_AGAIN)
    elif not _is_issued_by(own, authority):
        why = "the broker will not take it"
        what = "its certificate is not of the hub's authority that was delivered with it"
        yield failure("seal.certificate", what, why, _ENROL_AGAIN)
    else:
        yield _validity("seal.certificate", f"its certificate {_name(own)}", own, patient)
    yield _validity("seal.authority", f"the hub's authority {_name(authority)}", authority, patient)


def _validity(check: str, whose: str, found: x509.Certificate, patient: Patient) -> Finding:
    at, ends_at = patient.known.at, found.not_valid_after_utc
    if at > ends_at:
        why = "the broker takes no certificate that has ended"
        return failure(check, f"{whose} ended at {ends_at:%Y-%m-%d %H:%M} UTC", why, _ENROL_AGAIN)
    if at < found.not_valid_before_utc:
        what = f"{whose} begins at {found.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        return failure(
            check, what, "by this machine's clock that is to come", "set the clock: sudo timedatectl set-ntp true"
        )
    if at > ends_at - SOON:
        what = f"{whose} ends at {ends_at:%Y-%m-%d %H:%M} UTC"
        return warning(check, what, "from then on the broker is out of reach; doors go on", _ENROL_AGAIN)
    return ok(check, f"{whose} is valid until {ends_at:%Y-%m-%d}")


def _first(path: Path) -> x509.Certificate:
    """OSError, ValueError."""
    return x509.load_pem_x509_certificate(path.read_bytes())


def _name(found: x509.Certificate) -> str:
    names = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else "without a name"


def _is_issued_by(own: x509.Certificate, authority: x509.Certificate) -> bool:
    """Where an authority signs by another, what leads to it stands in the same file: the broker's to follow."""
    try:
        own.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return own.issuer != authority.subject
    return True
