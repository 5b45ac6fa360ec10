"""How the worker meets a broker with TLS: by a certificate of the hub's own authority, made anew at each start."""

import ssl
import tempfile
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hub.authority import Authority, new_key
from hub.fleet.broker_users import HUB_USER


def tls_context(authority: Authority, at: datetime) -> ssl.SSLContext:
    """Trusts the authority alone, and checks the broker's name; shows a certificate of the hub's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=authority.certificate.public_bytes(Encoding.PEM).decode())
    key = new_key()
    certificate = authority.client(HUB_USER, key.public_key(), at)
    # OpenSSL takes them from files only; the folder is its owner's alone, and gone at once.
    with tempfile.TemporaryDirectory(prefix="doorward-hub-") as folder:
        path = Path(folder) / "hub.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        context.load_cert_chain(path)
    return context
