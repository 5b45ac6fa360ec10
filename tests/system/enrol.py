"""`python -m tests.system.enrol EDGE STATE ...`: enrols each edge of the hub, and writes its state folder.

The messages are those of an enrolment; only the line between both sides is left out.
"""

import os
import secrets
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.hazmat.primitives.hashes import SHA256  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat  # noqa: E402
from django.utils import timezone  # noqa: E402

from contract.enrolment import Asked, ask, open_answer  # noqa: E402
from contract.enrolment_code import read_code  # noqa: E402
from contract.keys import OpeningKey, SigningKey  # noqa: E402
from edge.storage.enrolment_file import write_enrolment  # noqa: E402
from hub.enrolment.operations import enrol, make_code_for  # noqa: E402


def enrol_edge(name: str, state_dir: Path) -> None:
    at = timezone.now()
    signing_seed, opening_key = secrets.token_bytes(32), OpeningKey(secrets.token_bytes(32))
    tls_key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(tls_key, SHA256())
    asked = Asked(
        edge=name,
        nonce=secrets.token_bytes(16),
        signing_key=SigningKey(signing_seed).verifying.public,
        opening_key=opening_key.public,
        certificate_request=request.public_bytes(Encoding.DER),
    )
    pending = ask(read_code(make_code_for(name, at).text), asked)
    enrolled = open_answer(enrol(pending.request, at), pending, opening_key)
    pem = tls_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_enrolment(state_dir, name, signing_seed, pem, enrolled)


if __name__ == "__main__":
    for name, state_dir in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        enrol_edge(name, Path(state_dir))
