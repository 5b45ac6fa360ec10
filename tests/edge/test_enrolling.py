"""`doorward-edge enroll` against a hub over HTTP: whole or not at all, and every refusal says what to do."""

import contextlib
import json
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.enrolment import ANSWER_BYTES_MAX, EnrolAnswer
from contract.enrolment_code import make_code
from contract.instants import to_us
from contract.messages import encode
from edge.enrolling import asking, enrol, post
from edge.enrolling.enrol import EnrolFailed, Wish
from edge.storage.enrolment_file import read_enrolment
from edge.storage.errors import StorageError
from edge.storage.state_folder import StateFolderError, claim
from edge.storage.trust_file import SmallTrustFile
from tests.edge.enrolling_hub import AT, EnrollingHub
from tests.edge.fakes import FakeClock
from tests.edge.test_cli import command
from tests.enrolled import EDGE, FEED, HUB_KEY, ORGANIZATION_KEY, STRANGER_KEY, authority, enrolled_state


@pytest.fixture
def hub() -> Iterator[EnrollingHub]:
    hub = EnrollingHub()
    yield hub
    hub.close()


def wish(hub: EnrollingHub, folder: Path, **changes: object) -> Wish:
    fields: dict[str, object] = {"url": hub.url, "code": hub.code, "name": EDGE, "force": False} | changes
    url, code, name, force = fields.values()
    return Wish(folder / "state", str(url), str(code), None if name is None else str(name), bool(force))


def refused(hub: EnrollingHub, folder: Path, **changes: object) -> str:
    """Why; and that nothing is enrolled by it."""
    with pytest.raises(EnrolFailed) as caught:
        enrol.enrol(wish(hub, folder, **changes), FakeClock())
    assert not (folder / "state" / "enrolment").exists()
    assert hub.code not in str(caught.value)
    return str(caught.value)


def test_an_edge_is_enrolled(hub: EnrollingHub, tmp_path: Path) -> None:
    edge = enrol.enrol(wish(hub, tmp_path), FakeClock())
    assert (edge.edge, edge.feed, edge.epoch) == (EDGE, FEED, 1_000)
    assert (edge.broker_host, edge.broker_port, edge.broker_tls) == ("127.0.0.1", 1883, False)
    assert (edge.trusted.current, edge.trusted.generation) == (HUB_KEY.verifying, 3)
    assert edge.organization_key == ORGANIZATION_KEY
    folder = tmp_path / "state" / "enrolment"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert authority().pem() == edge.authority.read_bytes()
    certificate = ssl.PEM_cert_to_DER_cert(edge.tls_certificate.read_text())
    assert asking.certifies(certificate, edge.tls_key.read_bytes())
    assert not (tmp_path / "state" / "enrolment.pending").exists()


def test_the_hubs_time_is_a_floor_from_the_first_start_on(hub: EnrollingHub, tmp_path: Path) -> None:
    clock = FakeClock()
    clock.at = datetime(1970, 1, 1, tzinfo=UTC)
    enrol.enrol(wish(hub, tmp_path), clock)
    trust = SmallTrustFile(tmp_path / "state" / "trust.json").read()
    assert trust is not None
    assert trust.floor == (to_us(AT), clock.elapsed_s)


def test_a_lost_answer_is_asked_for_with_the_very_same_request(hub: EnrollingHub, tmp_path: Path) -> None:
    hub.loses_answers = 1
    assert "cannot be reached" in refused(hub, tmp_path)
    pending = tmp_path / "state" / "enrolment.pending"
    assert stat.S_IMODE(pending.stat().st_mode) == 0o600
    edge = enrol.enrol(wish(hub, tmp_path), FakeClock())
    first, second = hub.requests
    assert first == second
    assert edge.edge == EDGE
    assert not pending.exists()


def test_another_code_makes_another_request(hub: EnrollingHub, tmp_path: Path) -> None:
    hub.loses_answers = 1
    refused(hub, tmp_path)
    hub.issued = type(hub.issued)(make_code(b"another 10", HUB_KEY.verifying.public), EDGE, hub.issued.until)
    enrol.enrol(wish(hub, tmp_path, code=hub.issued.code.text()), FakeClock())
    assert hub.requests[0] != hub.requests[1]


def test_a_used_code_is_refused(hub: EnrollingHub, tmp_path: Path) -> None:
    enrol.enrol(wish(hub, tmp_path / "first"), FakeClock())
    why = refused(hub, tmp_path / "second")
    assert why.startswith("the hub says: the code has been used")
    assert why.endswith("make a new one at the hub")


def test_a_name_that_the_code_is_not_for(hub: EnrollingHub, tmp_path: Path) -> None:
    why = refused(hub, tmp_path, name="pool")
    assert "the code is for clubhouse" in why
    assert "--name" in why
    assert "--name is 'Pool House'" in refused(hub, tmp_path, name="Pool House")
    assert "--name is missing" in refused(hub, tmp_path, name=None)


def test_a_code_that_was_mistyped(hub: EnrollingHub, tmp_path: Path) -> None:
    assert "is it whole?" in refused(hub, tmp_path, code=hub.code[:-6])
    assert hub.requests == []
    assert not (tmp_path / "state").exists()


def test_another_hub_in_its_place(hub: EnrollingHub, tmp_path: Path) -> None:
    code = make_code(b"0123456789", STRANGER_KEY.verifying.public)
    assert "not made with this code" in refused(hub, tmp_path, code=code.text())
    hub.reply = lambda _: (200, {}, encode(EnrolAnswer(hub_key=HUB_KEY.verifying.public, sealed=b"x")))
    assert "somebody answers in its place" in refused(hub, tmp_path, code=code.text())


@pytest.mark.parametrize("cut", [0, 1, 40, -1])
def test_an_answer_that_was_changed_on_its_way(hub: EnrollingHub, tmp_path: Path, cut: int) -> None:
    hub.change = lambda body: body[:cut]
    assert "What to do" in refused(hub, tmp_path)


def test_a_certificate_of_another_key(hub: EnrollingHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "certificate", lambda _: authority().der())
    assert "certified another key" in refused(hub, tmp_path)
    monkeypatch.setattr(hub, "certificate", lambda _: b"no certificate")
    assert "certified another key" in refused(hub, tmp_path)


def test_an_enrolment_that_is_there_stands_unless_it_is_forced(hub: EnrollingHub, tmp_path: Path) -> None:
    before = enrolled_state(tmp_path / "state")
    with pytest.raises(EnrolFailed, match="enrolled already, as clubhouse; --force"):
        enrol.enrol(wish(hub, tmp_path), FakeClock())
    assert hub.requests == []
    assert read_enrolment(tmp_path / "state").trusted == before.trusted
    after = enrol.enrol(wish(hub, tmp_path, name=None, force=True), FakeClock())
    assert after.signing_key.id != before.signing_key.id


def test_a_damaged_enrolment_is_replaced_only_by_force(hub: EnrollingHub, tmp_path: Path) -> None:
    enrolled_state(tmp_path / "state")
    (tmp_path / "state" / "enrolment" / "signing.key").write_text("no key")
    with pytest.raises(EnrolFailed, match="--force"):
        enrol.enrol(wish(hub, tmp_path), FakeClock())
    assert enrol.enrol(wish(hub, tmp_path, force=True), FakeClock()).edge == EDGE


@pytest.mark.parametrize("url", ["", "club.example", "ftp://club.example", "http://", "http://["])
def test_an_address_that_is_none(hub: EnrollingHub, tmp_path: Path, url: str) -> None:
    assert "--hub is" in refused(hub, tmp_path, url=url)


def test_a_hub_that_is_not_there_or_is_none(hub: EnrollingHub, tmp_path: Path) -> None:
    assert "nothing answers at http://127.0.0.1:1: is the hub's web" in refused(
        hub, tmp_path, url="http://127.0.0.1:1"
    )
    hub.reply = lambda _: (301, {"Location": "https://elsewhere.example/enrol"}, b"")
    assert "give --hub that address" in refused(hub, tmp_path)
    for body in (b"<html>", b"[1]", b'{"why": "used"}', b"\xff"):
        hub.reply = lambda _, body=body: (404, {}, body)  # type: ignore[misc]
        assert "is this the hub's address?" in refused(hub, tmp_path)


def test_what_a_stranger_says_does_nothing_to_the_terminal(hub: EnrollingHub, tmp_path: Path) -> None:
    body = json.dumps({"why": "odd", "text": "\x1b[2J" + "x" * 1_000}).encode()
    hub.reply = lambda _: (400, {}, body)
    why = refused(hub, tmp_path)
    assert "\x1b" not in why
    assert len(why) < 500


def test_a_state_folder_that_an_edge_runs_on(hub: EnrollingHub, tmp_path: Path) -> None:
    claim(tmp_path / "state")
    with pytest.raises(StateFolderError, match="another edge runs on it"):
        enrol.enrol(wish(hub, tmp_path), FakeClock())


def test_a_disk_that_is_full(hub: EnrollingHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(enrol, "asking", full)
    with pytest.raises(StorageError, match="No space left"):
        enrol.enrol(wish(hub, tmp_path), FakeClock())
    monkeypatch.undo()
    monkeypatch.setattr(SmallTrustFile, "write", full)
    told: list[str] = []
    # The enrolment stands; the hub tells its time again.
    assert enrol.enrol(wish(hub, tmp_path), FakeClock(), told.append).edge == EDGE
    assert [text.startswith("the hub's time could not be kept") for text in told] == [True]
    assert not (tmp_path / "state" / "enrolment.pending").exists()


def test_moved_to_another_name_it_says_what_is_set_aside(hub: EnrollingHub, tmp_path: Path) -> None:
    state = tmp_path / "state"
    enrolled_state(state, edge="annex")
    (state / "journal.db").write_bytes(b"no journal")
    with pytest.raises(EnrolFailed, match="not acknowledged check-ins that cannot be counted"):
        enrol.enrol(wish(hub, tmp_path), FakeClock())
    told: list[str] = []
    assert enrol.enrol(wish(hub, tmp_path, force=True), FakeClock(), told.append).edge == EDGE
    assert told == [
        f"what this edge had of another hub, or as another edge, is set aside in {state / 'earlier-1'}"
    ]
    assert (state / "earlier-1" / "journal.db").exists()


def test_a_hub_that_answers_byte_by_byte_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "DEADLINE_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_dribble, args=(server,), daemon=True).start()
        with pytest.raises(post.PostError, match="has not answered within"):
            post.post(f"http://127.0.0.1:{server.getsockname()[1]}", b"x")


def _dribble(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection, contextlib.suppress(OSError):
        connection.recv(9_999)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
        for _ in range(1_000):
            connection.sendall(b"x")
            time.sleep(0.1)


def test_no_more_of_an_answer_is_read_than_one_has(hub: EnrollingHub) -> None:
    hub.reply = lambda _: (200, {}, bytes(10 * ANSWER_BYTES_MAX))
    assert len(post.post(hub.url, b"x")) == ANSWER_BYTES_MAX + 1


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(post.PostError) as caught:
        post.post("http://user:secret@127.0.0.1:1", b"x")
    assert "secret" not in str(caught.value)


def test_no_secret_is_shown(tmp_path: Path) -> None:
    code = make_code(b"0123456789", HUB_KEY.verifying.public)
    waiting = asking.asking(tmp_path, code, EDGE)
    assert repr(waiting) == f"SavedPending({EDGE})"
    assert code.text() not in repr(Wish(tmp_path, "http://x", code.text(), EDGE, False))


def test_the_command(hub: EnrollingHub, tmp_path: Path) -> None:
    state = tmp_path / "state"
    asked = ("enroll", "--hub", hub.url, "--state", state, "--name", EDGE)
    code, out, error = command(*asked, "--code", hub.code.lower().replace("-", " "))
    assert (code, error) == (0, "")
    assert "This is the edge clubhouse now: feed everyone, broker 127.0.0.1:1883 (in the clear)" in out
    assert f"doorward-edge run --state {state}" in out
    code, out, error = command(*asked, "--code", hub.code)
    assert (code, out) == (2, "")
    assert error.startswith("doorward-edge: ")
    assert "--force" in error


def test_a_code_that_is_left_out_is_asked_for(hub: EnrollingHub, tmp_path: Path) -> None:
    asked = ["enroll", "--hub", hub.url, "--state", str(tmp_path / "state"), "--name", EDGE]
    ended = subprocess.run(
        [sys.executable, "-m", "edge", *asked], input=f"{hub.code}\n", capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0
    assert ended.stderr == "The code that the hub shows: "
    assert hub.code not in ended.stdout
