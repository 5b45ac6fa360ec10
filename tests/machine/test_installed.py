"""What a scenario is told when it waits for what does not come, or holds a card that nobody has."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.machine import installed
from tests.machine.guest import GuestError
from tests.machine.installed import Installed


class Journal:
    """A guest of which nothing is there but what its edge said, and a UART that nobody reads."""

    def __init__(self, uart: Path) -> None:
        self.qemu = self
        self.uart = uart
        self.lines: list[str] = []

    def say(self, *names: str) -> None:
        self.lines += [json.dumps({"event": name, "reader": "door"}) for name in names]

    def until(self, what: str, look: Callable[[], object], limit_s: float) -> None:
        if not look():
            raise GuestError(f"waited {limit_s} s for {what}")

    def python(self, text: str) -> Any:
        heard = re.fullmatch(r"answer = heard\[(\d+):\]", text)
        return self.lines[int(heard[1]) :] if heard else None


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with socket.socket(socket.AF_UNIX) as uart:
        uart.bind(str(tmp_path / "uart"))
        uart.listen()
        yield Journal(tmp_path / "uart")


def of(journal: Any) -> Installed:
    return Installed(journal, {"full": "1", "expired": "2"})


def test_who_waits_in_vain_is_told_what_came_and_what_was_passed_over(journal: Journal) -> None:
    edge = of(journal)
    journal.say("started", "clock", "scan", "replica")
    edge.next("scan")
    with pytest.raises(GuestError) as failed:
        edge.next("door_alarm", limit_s=0)
    heard, _, passed = str(failed.value).partition("before:")
    assert [name in heard for name in ("replica", "clock")] == [True, False]
    assert [name in passed for name in ("started", "clock", "'scan'", "replica")] == [True, True, True, False]


def test_what_was_forgotten_is_told_no_more(journal: Journal) -> None:
    edge = of(journal)
    journal.say("clock", "scan")
    edge.next("scan")
    edge.forget()
    with pytest.raises(GuestError, match=r"heard:\nnothing\n.*before:\nnothing"):
        edge.next("scan", limit_s=0)


def test_a_card_that_nobody_has_is_told_with_those_that_there_are(journal: Journal) -> None:
    with pytest.raises(KeyError, match="no card ful; there are expired, full"):
        of(journal).scan("ful")


@pytest.mark.parametrize(
    ("said", "times"),
    [
        (["scan"], 1),
        (["dropped", "scan"], 2),
        (["dropped", "dropped", "scan"], 3),
        (["clock"], 1),
        (["dropped"] * 4, 3),
    ],
)
def test_a_card_whose_keys_were_lost_is_scanned_again_and_not_for_ever(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, said: list[str], times: int
) -> None:
    edge, typed = of(journal), list[str]()
    journal.say("dropped")

    def types(code: str) -> None:
        journal.say(said[len(typed)])
        typed.append(code)

    monkeypatch.setattr(edge.keyboard, "types", types)
    monkeypatch.setattr(installed, "EVENT_S", 0.01)
    monkeypatch.setattr(Installed.next, "__defaults__", (0.01,))
    with nullcontext() if "scan" in said else pytest.raises(GuestError, match="waited"):
        assert edge.scan("full")["event"] == "scan"
    assert typed == ["1"] * times
