"""The hub orders and an edge does it: real processes, from the command to the door."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.processes import DemoError
from tests.system.club import EDGE, Club, wait_until

CONFIG = """
[hardware]
pin_factory = "mock"

[[readers]]
name = "door"
kind = "door"
permission = "front-door"
device = "{folder}/door.tty"
relay_pin = 17
denied_lamp_pin = 27

[[readers]]
name = "counter"
kind = "counter"
permission = "glass-of-wine"
device = "{folder}/counter.tty"
"""


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Club]:
    club = Club(tmp_path_factory.mktemp("orders"))
    club.config = club.write("edge.toml", CONFIG.format(folder=club.folder))
    try:
        club.start_all()
        yield club
    finally:
        club.close()


def push(club: Club, name: str, old: str = "", new: str = "") -> str:
    file = club.write(
        name, CONFIG.format(folder=club.folder).replace(old, new) if old else club.config.read_text()
    )
    return club.hub("config", "push", EDGE, str(file))


def reason(club: Club, reader: str = "door") -> str:
    return str(club.scan(reader, club.seeded["tireless"][0])["reason"])


def test_a_configuration_stands_is_refused_and_rolled_back(club: Club) -> None:
    assert reason(club) == "granted"
    assert "generation 1 stands" in push(club, "first.toml")
    assert "generation 2 stands" in push(club, "second.toml", "relay_pin = 17", "relay_pin = 17\nenabled = false")
    assert reason(club) == "reader_disabled"
    with pytest.raises(DemoError, match=r"generation 3 was refused: readers\[0\].*device"):
        push(club, "third.toml", "/door.tty", "/nowhere.tty")
    assert reason(club) == "reader_disabled"
    # What stands now is not what is to be gone back to from a refusal: that is generation 2, and then 1.
    assert "generation 4 stands" in club.hub("config", "rollback", EDGE)
    assert "generation 5 stands" in push(club, "fifth.toml")
    assert reason(club) == "granted"
    assert club.hub("config", "diff", EDGE) == f"{EDGE}: no difference.\n"


def test_a_lockdown_reaches_the_door_survives_a_crash_and_ends(club: Club) -> None:
    push(club, "first.toml")
    club.hub("mode", "lockdown", "--everything")
    wait_until(lambda: reason(club) == "lockdown", "the lockdown")
    assert reason(club, "counter") == "lockdown"
    with pytest.raises(DemoError, match=r"not done: (the door is in lockdown|the edge's clock is unknown)"):
        club.hub("order", "unlock", EDGE, "door")
    club.end("broker")
    club.end(EDGE, kill=True)
    club.start_edge()
    assert reason(club) == "lockdown"
    club.start_broker()
    club.hub("mode", "clear", "--everything", "--no-wait")
    wait_until(lambda: reason(club) == "granted", "the end of the lockdown")


def test_orders_are_done_and_answered(club: Club) -> None:
    push(club, "first.toml")
    assert "its lamps blink" in club.hub("order", "identify", EDGE, "door")
    assert "loads a fresh copy" in club.hub("order", "resync", EDGE)
    try:
        assert "opened once" in club.hub("order", "unlock", EDGE, "door")
    except DemoError as error:
        # Where this machine's clock is not synchronized, no edge on it can know how old an order is.
        assert "clock is unknown" in str(error)


def test_a_restored_hub_gets_its_word_across(club: Club, tmp_path: Path) -> None:
    push(club, "first.toml")
    club.end("worker")
    club.back_up_hub()
    club.start_worker()
    push(club, "second.toml", "relay_pin = 17", "relay_pin = 17\nenabled = false")
    club.end("worker")
    club.restore_hub()
    club.start_worker()
    wait_until(lambda: reason(club) == "granted", "what the restored hub says")
    assert "generation 2 stands" in push(club, "third.toml", "relay_pin = 17", "relay_pin = 18")


def test_a_restored_hub_keeps_a_lockdown_that_it_has_forgotten(club: Club) -> None:
    push(club, "first.toml")
    club.end("worker")
    club.back_up_hub()
    club.start_worker()
    club.hub("mode", "lockdown", "--everything")
    wait_until(lambda: reason(club) == "lockdown", "the lockdown")
    club.end("worker")
    club.restore_hub()
    club.start_worker()
    wait_until(lambda: "kept from the edge after a restore" in club.hub("mode", "show"), "the edge's word")
    # What the hub says in its new epoch has come across when it knows what stands there.
    assert "generation 2 stands" in push(club, "second.toml", "relay_pin = 17", "relay_pin = 18")
    assert reason(club) == "lockdown"
    club.hub("mode", "clear", "--edge", EDGE)
    wait_until(lambda: reason(club) == "granted", "the end of the lockdown")


def test_an_edge_enrolled_with_an_empty_folder_hears_what_is_ordered_now_and_nothing_older(club: Club) -> None:
    push(club, "first.toml")
    club.hub("mode", "lockdown", "--everything")
    wait_until(lambda: reason(club) == "lockdown", "the lockdown")
    club.end(EDGE)
    shutil.rmtree(club.folder / EDGE)
    club.enrol(EDGE)
    edge = club.start_edge()
    for what in ("modes", "desired"):
        fits = {"event": "dropped", "what": what, "why": "stale"}
        edge.wait_for(lambda event, fits=fits: fits.items() <= event.items(), f"the {what} of before")  # type: ignore[misc]
    wait_until(lambda: reason(club) == "lockdown", "the lockdown, said anew")
    wait_until(lambda: "no difference" in club.hub("config", "diff", EDGE), "the configuration, said anew")
    club.hub("mode", "clear", "--everything")
    wait_until(lambda: reason(club) == "granted", "the end of the lockdown")
