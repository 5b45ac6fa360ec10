"""TLS to the broker at an edge that may not know the time: keys and names by OpenSSL, times by a rule of its own.

A Pi without a clock begins in some past; OpenSSL would find no certificate valid yet, and the edge would never
hear what time it is. So its own check is off, and after the handshake:

  the edge's clock | notAfter is held against             | notBefore is held against
  unknown          | what has surely passed, where known  | nothing
  synced, holdover | the time                             | the time

Everything else is as strict as ever: the hub's own authority alone, and the name or address of the broker.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography import x509

from contract.trust import ClockState
from edge.hub_link.link_time import Known

# X509_V_FLAG_NO_CHECK_TIME, of OpenSSL's x509_vfy.h: "Don't check certificate/CRL validity against current time".
NO_CHECK_TIME: Final = 0x200000
_ENROL_AGAIN: Final = "enrol this edge again: doorward-edge enroll --hub URL --name NAME --code CODE"
_NOT_ITS_HUB: Final = (
    "the broker should show a certificate of the hub's own authority, for the name or address in broker_host; "
    f"if the hub's authority is another now, {_ENROL_AGAIN}"
)
_NOT_TAKEN: Final = (
    f"if the broker does not take this edge's certificate (revoked, or enrolled anew), {_ENROL_AGAIN}"
)
_WRONG_TIME: Final = "renew the broker's certificate, or set this machine's clock"


class CertificateFault(ssl.SSLError):
    """The broker's certificate is not valid at this time."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: the hub's authority, this edge's certificate with what leads to it, its key."""

    authority: Path
    certificate: Path
    key: Path


def client_context(files: TlsFiles, known: Callable[[], Known]) -> ssl.SSLContext:
    """For connections to the broker; `known` is asked at each, in its thread. OSError: a file cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(files.authority)
    context.load_cert_chain(files.certificate, files.key)
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    context.sslsocket_class = _socket_class(known)
    return context


def why_not_valid(certificates: list[x509.Certificate], known: Known) -> str | None:
    """Why these certificates do not count at this time, in words; None: they do."""
    unknown = known.state is ClockState.UNKNOWN
    passed = known.floor if unknown else known.at
    for certificate in certificates:
        if passed is not None and certificate.not_valid_after_utc < passed:
            return f"the broker's certificate ended at {certificate.not_valid_after_utc.isoformat()}"
        if not unknown and known.at < certificate.not_valid_before_utc:
            return f"the broker's certificate begins at {certificate.not_valid_before_utc.isoformat()}"
    return None


def hint_at(error: BaseException | None) -> str | None:
    """What to do about a connection that failed with this, where that can be told."""
    match error:
        case CertificateFault():
            return _WRONG_TIME
        case ssl.SSLCertVerificationError():
            return _NOT_ITS_HUB
        case ssl.SSLError():
            return _NOT_TAKEN
    return None


def hint_at_refusal() -> str:
    """What to do where a broker takes the handshake, and then not this edge."""
    return _NOT_TAKEN


def words_of(error: BaseException | None) -> str:
    """An error of a connection in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the broker's certificate: {error.verify_message}"
    return getattr(error, "strerror", None) or str(error)


def _socket_class(known: Callable[[], Known]) -> type[ssl.SSLSocket]:
    class TimedSocket(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            try:
                super().do_handshake(block)
                why = why_not_valid(_chain(self), known())
                if why is not None:
                    raise CertificateFault(ssl.SSL_ERROR_SSL, why)
            except BaseException:
                self.close()  # whoever asked never gets the socket, so nobody else would
                raise

    return TimedSocket


def _chain(connection: Any) -> list[x509.Certificate]:
    """What was verified, the leaf first. The method is public from Python 3.13 on."""
    if hasattr(connection, "get_verified_chain"):
        ders: list[bytes] = connection.get_verified_chain()
    else:
        ders = [each.public_bytes(_DER) for each in connection._sslobj.get_verified_chain()]
    return [x509.load_der_x509_certificate(each) for each in ders]


_DER: Final = 2
"""_ssl.ENCODING_DER"""
