"""TLS handshakes with a real server: whose certificate counts, for which name, and when."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.trust import ClockState
from edge.hub_link.link_time import Known
from edge.hub_link.tls import CertificateFault, TlsFiles, client_context, hint_at, words_of
from tests.enrolled import Certificate, authority, issued, make_authority

DAY = timedelta(days=1)
NOW = datetime.now(UTC)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Server:
    """Answers handshakes with one certificate, and then hangs up."""

    def __init__(self, folder: Path, certificate: Certificate) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate.write(folder, "server"))
        context.load_verify_locations(authority_file(folder))
        context.verify_mode = ssl.CERT_REQUIRED
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()

    def close(self) -> None:
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._listening.close()

    def _answer(self) -> None:
        connection, _ = self._listening.accept()
        with connection:
            try:
                with self._context.wrap_socket(connection, server_side=True) as secured:
                    secured.sendall(b"in")
            except OSError:
                pass


def authority_file(folder: Path) -> Path:
    path = folder / "authority.crt"
    path.write_bytes(authority().pem())
    return path


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TlsFiles]:
    certificate, key = issued("edge:clubhouse:1").write(tmp_path, "client")
    yield TlsFiles(authority_file(tmp_path), certificate, key)


def shake_hands(folder: Path, files: TlsFiles, certificate: Certificate, known: Known) -> None:
    server = Server(folder, certificate)
    try:
        plain = socket.create_connection(("127.0.0.1", server.port))
        context = client_context(files, lambda: known)
        with context.wrap_socket(plain, server_hostname="127.0.0.1", do_handshake_on_connect=False) as secured:
            secured.do_handshake()
            assert secured.recv(2) == b"in"
    finally:
        server.close()


UNKNOWN = ClockState.UNKNOWN
LASTS = (-DAY, DAY)
ENDED = (-2 * DAY, -DAY)
TO_COME = (DAY, 2 * DAY)


@pytest.mark.parametrize(
    ("times", "known"),
    [
        (LASTS, Known(NOW, NOW, ClockState.SYNCED)),
        (LASTS, Known(NOW, None, ClockState.HOLDOVER)),
        (LASTS, Known(LONG_AGO, None, UNKNOWN)),
        (LASTS, Known(NOW + 9 * DAY, None, UNKNOWN)),
        (LASTS, Known(NOW + 9 * DAY, NOW, UNKNOWN)),
        (TO_COME, Known(LONG_AGO, LONG_AGO, UNKNOWN)),
        (ENDED, Known(NOW, None, UNKNOWN)),
    ],
)
def test_a_certificate_that_can_be_valid_is_taken(
    tmp_path: Path, client: TlsFiles, times: tuple[timedelta, timedelta], known: Known
) -> None:
    shake_hands(tmp_path, client, issued("broker", "127.0.0.1", *times), known)


@pytest.mark.parametrize(
    ("times", "known", "word"),
    [
        (ENDED, Known(NOW, NOW, ClockState.SYNCED), "ended"),
        (ENDED, Known(NOW, None, ClockState.HOLDOVER), "ended"),
        (ENDED, Known(NOW, NOW, UNKNOWN), "ended"),
        (TO_COME, Known(NOW, NOW, ClockState.SYNCED), "begins"),
        (TO_COME, Known(NOW, None, ClockState.HOLDOVER), "begins"),
    ],
)
def test_one_that_cannot_be_valid_is_not(
    tmp_path: Path, client: TlsFiles, times: tuple[timedelta, timedelta], known: Known, word: str
) -> None:
    with pytest.raises(CertificateFault) as caught:
        shake_hands(tmp_path, client, issued("broker", "127.0.0.1", *times), known)
    assert f"the broker's certificate {word} at" in words_of(caught.value)
    assert "clock" in str(hint_at(caught.value))


@pytest.mark.parametrize(
    "certificate",
    [
        issued("broker", "127.0.0.1", by=make_authority("somebody")),
        issued("broker", "127.0.0.2"),
        issued("broker", "broker.example"),
        issued("127.0.0.1"),
    ],
    ids=["another authority", "another address", "another name", "a client's"],
)
def test_whose_it_is_counts_whatever_the_time(tmp_path: Path, client: TlsFiles, certificate: Certificate) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        shake_hands(tmp_path, client, certificate, Known(LONG_AGO, None, UNKNOWN))
    assert words_of(caught.value).startswith("the broker's certificate: ")
    assert "authority" in str(hint_at(caught.value))


def test_a_certificate_of_its_own_that_is_not_taken_is_told(tmp_path: Path, client: TlsFiles) -> None:
    certificate, key = issued("edge:clubhouse:1", by=make_authority("somebody")).write(tmp_path, "other")
    files = TlsFiles(client.authority, certificate, key)
    with pytest.raises(ssl.SSLError) as caught:
        shake_hands(tmp_path, files, issued("broker", "127.0.0.1"), Known(NOW, NOW, ClockState.SYNCED))
    assert "enrol this edge again" in str(hint_at(caught.value))


def test_nothing_older_than_tls_1_2_is_spoken_and_names_are_looked_at(client: TlsFiles) -> None:
    context = client_context(client, lambda: Known(NOW, NOW, ClockState.SYNCED))
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_what_is_no_matter_of_certificates_has_no_hint() -> None:
    assert hint_at(ConnectionRefusedError(111, "Connection refused")) is None
    assert words_of(ConnectionRefusedError(111, "Connection refused")) == "Connection refused"
