"""What was scanned and what keys there are stands nowhere that people read: neither in the log nor on stderr."""

import asyncio
import os
from pathlib import Path

import pytest

from contract.card import lookup_hash, new_code, qr_text
from contract.orders import CommandWhy
from edge.log import JsonLines, is_journal
from tests.edge.edge_process import KEY_DIGITS, EdgeProcess
from tests.edge.fakes import FakeClock
from tests.edge.test_process_offline import FORMER, MEMBER, URL, fill
from tests.enrolled import enrolled_state

STRANGER = new_code(b"neverheard")
SECRETS = {
    "a member's": qr_text(URL, MEMBER).encode(),
    "a former member's": qr_text(URL, FORMER).encode(),
    "a stranger's": qr_text(URL, STRANGER).encode(),
    "by hand": b"hunter2-4006381333931",
    "with digits of a rotating code": qr_text(URL, MEMBER).encode() + b"?T=483920",
    "too long": b"s3cret" * 400,
    "binary": b"\x00s3cret\xff\xfe",
}


def test_codes_and_keys_stand_in_no_line_and_codes_in_no_file(tmp_path: Path) -> None:
    enrolled_state(tmp_path / "state")
    asyncio.run(fill(tmp_path / "state"))
    edge = EdgeProcess(tmp_path)
    try:
        edge.wait_for("started")
        for count, raw in enumerate(SECRETS.values(), start=1):
            edge.door.type(raw + b"\r")
            edge.wait_for("scan", count=count)
        _, errors = edge.stop()
    finally:
        edge.close()
    read_by_people = edge.raw_log + errors.encode()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file())
    key = bytes.fromhex(KEY_DIGITS)
    for code in (MEMBER, FORMER, STRANGER):
        assert lookup_hash(key, code).hex().encode() not in read_by_people
        for form in (code.encode(), code.lower().encode()):
            assert form not in read_by_people
            assert form not in kept
    for word in (b"hunter2", b"4006381333931", b"483920", b"s3cret"):
        assert word not in read_by_people
        assert word not in kept
    assert KEY_DIGITS.encode() not in read_by_people.lower()


def written(events: list[str], **fields: object) -> list[bytes]:
    reader, writer = os.pipe()
    log = JsonLines(writer, FakeClock())
    for event in events:
        log(event, **fields)
    log.close()
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        return stream.read().splitlines()


def test_the_journal_is_told_how_grave_each_line_is_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    events = ["scan", "no_broker", "hangs"]
    assert all(line.startswith(b"{") for line in written(events))
    monkeypatch.setattr("edge.log.is_journal", lambda _descriptor, _variables: True)
    assert [line[:4] for line in written(events)] == [b"<6>{", b"<4>{", b"<3>{"]
    for event in ("replica_behind", "disconnected", "too_late", "profile_not_used"):
        assert written([event])[0][:4] == b"<4>{"
    # A command that was refused is the hub's to look at, one that failed is this edge's.
    assert [written(["command"], why=why)[0][:4] for why in (None, "lockdown")] == 2 * [b"<6>{"]
    assert written(["command"], why=CommandWhy.FAILED)[0][:4] == b"<4>{"
    for why, priority in (("stale", b"<6>{"), ("replayed", b"<6>{"), ("bad_signature", b"<4>{")):
        assert written(["dropped"], why=why)[0][:4] == priority


def test_the_journal_is_known_by_device_and_inode() -> None:
    reader, writer = os.pipe()
    status = os.fstat(writer)
    assert is_journal(writer, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
    assert not is_journal(writer, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino + 1}"})
    assert not is_journal(writer, {})
    os.close(reader)
    os.close(writer)
