"""The files of firmware_config/boards: each is read, and says of each fact where it is from."""

import shutil
from pathlib import Path

import pytest

from contract.configuration import Hardware, PinFactory
from contract.door_configuration import OUTPUT_FIELDS, Level
from edge.firmware_config import firmware_config
from edge.hardware.boards import Board, BoardError, RelayBoard, computer_of, faults_of, read_boards, relay_board_of
from edge.hardware.gpio_chips import HEADER_CHIPS

FOLDER = firmware_config() / "boards"
BOARDS = read_boards(FOLDER)
COMPUTERS = [each for each in BOARDS.values() if isinstance(each, Board)]
RELAYS = [each for each in BOARDS.values() if isinstance(each, RelayBoard)]


def hardware(board: str | None = None, relay_board: str | None = None) -> Hardware:
    return Hardware(PinFactory.LGPIO, board=board, relay_board=relay_board)


def test_a_file_is_called_as_its_board() -> None:
    assert set(BOARDS) == {path.stem for path in FOLDER.glob("*.toml")}
    assert {each.name for each in COMPUTERS} == {
        "raspberry-pi-3a-plus",
        "raspberry-pi-3b",
        "raspberry-pi-3b-plus",
        "raspberry-pi-4b",
        "raspberry-pi-400",
        "raspberry-pi-5",
        "raspberry-pi-cm4",
        "raspberry-pi-zero-2-w",
    }
    assert len(RELAYS) >= 4


@pytest.mark.parametrize("board", COMPUTERS, ids=lambda each: each.name)
def test_a_computers_pins(board: Board) -> None:
    pulled = (*board.pulls.up, *board.pulls.down)
    assert len(pulled) == len(set(pulled))
    assert board.pins == set(range(28))
    shared = [pin for each in board.shared for pin in each.pins]
    assert len(shared) == len(set(shared))
    assert set(shared) <= board.pins
    assert board.chip.label in HEADER_CHIPS


@pytest.mark.parametrize("board", RELAYS, ids=lambda each: each.name)
def test_a_relay_boards_pins(board: RelayBoard) -> None:
    assert len(board.channels.pins) == len(set(board.channels.pins))


def test_what_follows_from_something_else_says_so() -> None:
    for board in RELAYS:
        for fact in (board.boot, board.power_loss):
            assert fact.checked is not fact.source.startswith("follows from")


def test_names_of_two_boards_are_not_the_beginning_of_one_another() -> None:
    models = [model for each in COMPUTERS for model in each.models]
    assert not [(one, two) for one in models for two in models if one != two and two.startswith(one)]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Raspberry Pi 5 Model B Rev 1.0\0", "raspberry-pi-5"),
        ("Raspberry Pi 4 Model B Rev 1.4\0", "raspberry-pi-4b"),
        ("Raspberry Pi 3 Model B Plus Rev 1.3\0", "raspberry-pi-3b-plus"),
        ("Raspberry Pi 3 Model B Rev 1.2\0", "raspberry-pi-3b"),
        ("Raspberry Pi 3 Model A Plus Rev 1.0\0", "raspberry-pi-3a-plus"),
        ("Raspberry Pi 400 Rev 1.0\0", "raspberry-pi-400"),
        ("Raspberry Pi Compute Module 4 Rev 1.1\0", "raspberry-pi-cm4"),
        ("Raspberry Pi Zero 2 W Rev 1.0\0", "raspberry-pi-zero-2-w"),
        ("Another computer\0", None),
    ],
)
def test_this_computer_is_known_by_its_model(model: str, name: str | None, tmp_path: Path) -> None:
    (tmp_path / "model").write_text(model)
    found = computer_of(hardware(), BOARDS, tmp_path / "model")
    assert (found and found.name) == name


def test_a_machine_that_has_no_model(tmp_path: Path) -> None:
    assert computer_of(hardware(), BOARDS, tmp_path / "model") is None
    assert relay_board_of(hardware(), BOARDS) is None


def test_a_name_that_is_not_known_is_told_with_those_that_are() -> None:
    with pytest.raises(BoardError, match=r'board is "raspberry-pi-4" \(did you mean raspberry-pi-4b\?\)'):
        computer_of(hardware(board="raspberry-pi-4"), BOARDS)
    with pytest.raises(BoardError, match=r'relay_board is "raspberry-pi-4b"; known are az-delivery-8-relay, '):
        relay_board_of(hardware(relay_board="raspberry-pi-4b"), BOARDS)


def test_a_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    for text in ("kind = 3", "kind =", 'kind = "relays"\nname = "x"'):
        (tmp_path / "x.toml").write_text(text)
        read_boards.cache_clear()
        (error,) = faults_of(read_boards(tmp_path))
        assert "x.toml cannot be used" in str(error)


def test_a_file_that_is_wrong_refuses_its_own_name_alone(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "boards")
    (tmp_path / "boards" / "az-delivery-8-relay.toml").write_text("")
    boards = read_boards(tmp_path / "boards")
    assert relay_board_of(hardware(relay_board="waveshare-rpi-relay"), boards) is not None
    for kind, of in (("relay_board", relay_board_of), ("board", computer_of)):
        with pytest.raises(BoardError, match=r"az-delivery-8-relay\.toml cannot be used") as raised:
            of(hardware(**{kind: "az-delivery-8-relay"}), boards)
        assert raised.value.field == kind


def test_a_change_is_applied_by_the_boards_it_was_tested_by(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text((FOLDER / "raspberry-pi-5.toml").read_text())
    before = read_boards(tmp_path)
    (tmp_path / "a.toml").unlink()
    assert read_boards(tmp_path) == before != {}


def test_levels_at_boot() -> None:
    board = BOARDS["raspberry-pi-4b"]
    assert isinstance(board, Board)
    assert (board.level_at_boot(8), board.level_at_boot(9)) == (Level.HIGH, Level.LOW)


def test_each_board_stands_in_the_docs_with_its_pins_and_polarity() -> None:
    rows = (Path(__file__).parents[2] / "docs" / "hardware.md").read_text().splitlines()
    for board in BOARDS.values():
        (row,) = [row for row in rows if row.startswith(f"| `{board.name}` |")]
        if isinstance(board, Board):
            assert f"`{board.chip.label}`" in row
        else:
            assert (", ".join(map(str, board.channels.pins)) or "wired by hand") in row
            assert f"| {board.polarity.active}{'' if board.polarity.checked else ' (unchecked)'} |" in row


def test_how_each_output_is_wired_stands_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "hardware.md").read_text()
    section = page.partition("## Lamps, buzzer and siren")[2].partition("## The computer itself")[0]
    drawn = {field for field in OUTPUT_FIELDS if f"GPIO {field} " in section}
    assert drawn == set(OUTPUT_FIELDS) - {"relay_pin"}
