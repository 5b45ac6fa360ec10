"""What the hub has ordered, in two small files: the last one written and the one before it.

A damaged one is set aside, and the other goes on. Both hold the newest modes: a lockdown is as safe as two copies.
Blocking: called from threads.
"""

import contextlib
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from edge.core.saved_orders import SavedOrders, mark_of
from edge.storage.small_file import DamagedFile, SmallFile, look

NAME: Final = "orders.json"


class OrdersFile:
    """In the edge's state folder."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / NAME
        self._before = state_dir / f"{NAME}.before"
        self.set_aside: list[str] = []
        """The names of the damaged files that `read` found."""

    def read(self) -> SavedOrders | None:
        """The newest that is whole, with the newest modes; None: there is none."""
        files = [SmallFile(path, SavedOrders) for path in (self._path, self._before)]
        found = [file.read() for file in files]
        self.set_aside = [file.set_aside for file in files if file.set_aside is not None]
        return _newest(found)

    def write(self, orders: SavedOrders) -> None:
        """On disk when this returns; after a power cut there is this or what was there before. OSError."""
        with contextlib.suppress(FileNotFoundError):
            self._path.rename(self._before)
        SmallFile(self._path, SavedOrders).write(orders)
        other = SmallFile(self._before, SavedOrders)
        before = other.read() or orders
        if before is orders or before.modes != orders.modes:
            other.write(replace(before, modes=orders.modes))


def look_at_orders(state_dir: Path) -> tuple[SavedOrders | None, list[str]]:
    """As `OrdersFile.read`, and changes nothing: what is there, and what is wrong with the files. OSError."""
    found, damaged = list[SavedOrders | None](), list[str]()
    for name in (NAME, f"{NAME}.before"):
        try:
            found.append(look(state_dir / name, SavedOrders))
        except DamagedFile as error:
            damaged.append(str(error))
    return _newest(found), damaged


def _newest(copies: list[SavedOrders | None]) -> SavedOrders | None:
    """With the newest modes of all."""
    found = [orders for orders in copies if orders is not None]
    if not found:
        return None
    modes = max((orders.modes for orders in found), key=mark_of)
    return replace(max(found, key=lambda orders: orders.written), modes=modes)
