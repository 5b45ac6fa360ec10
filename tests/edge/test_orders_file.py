"""Orders on disk in two copies: the newest that is whole counts, and what is damaged is set aside."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from contract.ask import Posture
from contract.messages import MESSAGE_BYTES_MAX
from contract.orders import Modes
from edge.core.saved_orders import ConfigurationOrders, SavedOrders
from edge.storage.orders_file import OrdersFile
from edge.storage.small_file import SmallFile
from tests.edge.change_runs import desired

NAMES = ("orders.json", "orders.json.before")


def orders(written: int) -> SavedOrders:
    modes = Modes(epoch=7, generation=written, edge=Posture.LOCKDOWN)
    configuration = ConfigurationOrders(heard=(7, written), stands=desired(written), trying=True)
    return SavedOrders(written=written, configuration=configuration, modes=modes)


def damage(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def test_none_yet(tmp_path: Path) -> None:
    file = OrdersFile(tmp_path)
    assert (file.read(), file.set_aside) == (None, [])


def test_the_last_two_are_kept(tmp_path: Path) -> None:
    for written in (1, 2, 3):
        OrdersFile(tmp_path).write(orders(written))
    assert OrdersFile(tmp_path).read() == orders(3)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize(("damaged", "left"), [(NAMES[:1], 2), (NAMES[1:], 3), (NAMES, None)])
def test_a_damaged_copy_is_set_aside_and_the_other_counts(
    tmp_path: Path, damaged: tuple[str, ...], left: int | None
) -> None:
    for written in (1, 2, 3):
        OrdersFile(tmp_path).write(orders(written))
    for name in damaged:
        damage(tmp_path / name)
    file = OrdersFile(tmp_path)
    assert file.read() == (None if left is None else replace(orders(left), modes=orders(3).modes))
    assert file.set_aside == [f"damaged-{name}" for name in damaged]
    file.write(orders(4))
    assert OrdersFile(tmp_path).read() == orders(4)


def test_a_power_cut_between_two_writes_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = OrdersFile(tmp_path)
    file.write(orders(1))
    for step in range(1, 20):
        cut_at(monkeypatch, step)
        with suppress(PowerCut):
            file.write(orders(2))
            break
        monkeypatch.undo()
        found = OrdersFile(tmp_path).read()
        assert found in (orders(1), orders(2))
        if found == orders(2):
            file.write(orders(1))
    assert step > 4
    assert OrdersFile(tmp_path).read() == orders(2)


class PowerCut(BaseException):
    pass


def cut_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """The power goes before the step-th time that something is synced or renamed."""
    left = iter(range(step - 1))

    def until_cut(real: Callable[..., Any]) -> Callable[..., Any]:
        def cut_or_do(*given: Any) -> Any:
            if next(left, None) is None:
                raise PowerCut
            return real(*given)

        return cut_or_do

    monkeypatch.setattr(Path, "rename", until_cut(Path.rename))
    monkeypatch.setattr(os, "fsync", until_cut(os.fsync))


@pytest.mark.parametrize("damaged", NAMES)
def test_a_damaged_copy_lifts_no_lockdown(tmp_path: Path, damaged: str) -> None:
    for written, modes in ((1, None), (2, orders(2).modes)):
        OrdersFile(tmp_path).write(SavedOrders(written=written, modes=modes))
    damage(tmp_path / damaged)
    found = OrdersFile(tmp_path).read()
    assert found is not None
    assert found.modes == orders(2).modes


def test_the_newest_modes_count_whichever_copy_has_them(tmp_path: Path) -> None:
    """As where the power went between the two copies, and what was written then had the modes of before."""
    older, newer = orders(1), orders(2)
    SmallFile(tmp_path / NAMES[0], SavedOrders).write(replace(newer, modes=older.modes))
    SmallFile(tmp_path / NAMES[1], SavedOrders).write(replace(older, modes=newer.modes))
    assert OrdersFile(tmp_path).read() == newer


@pytest.mark.parametrize("damaged", NAMES)
def test_the_first_that_is_written_has_two_copies_too(tmp_path: Path, damaged: str) -> None:
    OrdersFile(tmp_path).write(orders(1))
    damage(tmp_path / damaged)
    assert OrdersFile(tmp_path).read() == orders(1)


def test_the_newest_counts_whichever_it_is(tmp_path: Path) -> None:
    for written in (1, 2):
        OrdersFile(tmp_path).write(orders(written))
    first, second = (tmp_path / name for name in NAMES)
    newer, older = first.read_bytes(), second.read_bytes()
    first.write_bytes(older)
    second.write_bytes(newer)
    assert OrdersFile(tmp_path).read() == orders(2)


def test_two_configurations_of_the_greatest_length_are_read_again(tmp_path: Path) -> None:
    long = desired(2, site="é" * (MESSAGE_BYTES_MAX // 2 - 1_000))
    configuration = ConfigurationOrders(heard=(7, 2), stands=long, trying=True, good=long)
    OrdersFile(tmp_path).write(SavedOrders(written=1, configuration=configuration))
    found = OrdersFile(tmp_path).read()
    assert found is not None
    assert found.configuration == configuration
