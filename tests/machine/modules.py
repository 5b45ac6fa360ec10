"""Of a kernel's modules those alone that a guest needs: udev loads all that fit a machine, at a cost for each."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.machine.making import run

_INDEXES: Final = ("modules.order", "modules.builtin", "modules.builtin.modinfo")


def needed(kernel: Path, *modules: str) -> list[Path]:
    """These, each behind what it needs. `kernel`: a folder with lib/modules/RELEASE."""
    shown = [
        run("modprobe", "-d", str(kernel), "-S", release(kernel), "--show-depends", module) for module in modules
    ]
    lines = "".join(shown).splitlines()
    return list(dict.fromkeys(Path(line.split()[1]) for line in lines if line.startswith("insmod ")))


def release(kernel: Path) -> str:
    return next((kernel / "lib" / "modules").iterdir()).name


def copy_modules(kernel: Path, system: Path, modules: Iterable[str]) -> None:
    """These, with what they need, into a system's root."""
    source = kernel / "lib" / "modules" / release(kernel)
    target = system / "usr" / "lib" / "modules" / source.name
    for path in needed(kernel, *modules):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    for index in _INDEXES:
        shutil.copy(source / index, target)
    run("depmod", "-b", str(system), source.name)
