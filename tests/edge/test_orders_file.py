"""Orders on disk in two copies: the newest that is whole counts, and what is damaged is set aside."""

from pathlib import Path

import pytest

from contract.ask import Posture
from contract.orders import Modes
from edge.core.saved_orders import ConfigurationOrders, SavedOrders
from edge.storage.orders_file import OrdersFile
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
    assert file.read() == (None if left is None else orders(left))
    assert file.set_aside == [f"damaged-{name}" for name in damaged]
    file.write(orders(4))
    assert OrdersFile(tmp_path).read() == orders(4)


def test_a_power_cut_between_two_writes_leaves_the_one_before(tmp_path: Path) -> None:
    file = OrdersFile(tmp_path)
    for written in (1, 2):
        file.write(orders(written))
    (tmp_path / NAMES[0]).unlink()
    assert file.read() == orders(1)
