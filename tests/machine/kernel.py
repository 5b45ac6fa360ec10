"""The guest's kernel: Debian's own, unpacked beside this machine's, with gpio-sim, which Debian leaves out.

gpio-sim (Documentation/admin-guide/gpio/gpio-sim.rst of the kernel) is built of Debian's source of the very kernel
that runs, out of its tree, changed where a Raspberry Pi's chip is otherwise. Nothing of the kernel is kept in this
repository.
"""

import hashlib
import shutil
from pathlib import Path
from typing import Final

from tests.machine.making import kept_by, run

SOURCES: Final = ("drivers/gpio/gpio-sim.c", "drivers/gpio/gpiolib.h", "kernel/irq/irq_sim.c")
_CHANGES: Final = {
    # irq_to_desc is not for modules; what stands for it is.
    "irq_sim.c": {"handle_simple_irq(irq_to_desc(irqnum))": "generic_handle_irq(irqnum)"},
    "gpio-sim.c": {
        # An output whose process is gone keeps its level.
        "__assign_bit(offset, chip->value_map, !!test_bit(offset, chip->pull_map));": "",
        # What is wired to an input is stronger than the pull that it is claimed with.
        "return gpio_sim_apply_pull(chip, offset, 1);": "return 0;",
        "return gpio_sim_apply_pull(chip, offset, 0);": "return 0;",
    },
}


def release() -> str:
    """As in 6.1.0-56-amd64: what linux-image-amd64 stands for here."""
    shown = run("apt-cache", "depends", "linux-image-amd64")
    return next(
        line.partition("linux-image-")[2] for line in shown.splitlines() if "Depends: linux-image-" in line
    )


def kernel(build: Path) -> Path:
    """A folder with boot/vmlinuz-RELEASE and lib/modules/RELEASE, gpio-sim among them."""
    version = release()
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]
    return kept_by(build / f"kernel-{version}-{own}", lambda folder: _make(folder, version))


def _make(folder: Path, version: str) -> None:
    fetched = folder / "fetched"
    fetched.mkdir(parents=True)
    source = f"linux-source-{version.split('.0-', maxsplit=1)[0]}"
    # apt drops its rights for a download, and asks for a folder that its own user may write to.
    run("apt-get", "download", "-o", "APT::Sandbox::User=root", f"linux-image-{version}", source, cwd=fetched)
    run("dpkg", "-x", str(next(fetched.glob("linux-image-*"))), str(folder))
    run("dpkg", "-x", str(next(fetched.glob("linux-source-*"))), str(fetched))
    _build_gpio_sim(fetched, folder / "lib" / "modules" / version, version)
    run("depmod", "-b", str(folder), version)
    shutil.rmtree(fetched)


def _build_gpio_sim(fetched: Path, modules: Path, version: str) -> None:
    archive = next((fetched / "usr" / "src").glob("*.tar.xz"))
    inside = archive.name.removesuffix(".tar.xz")
    place = fetched / "gpio-sim"
    place.mkdir()
    wanted = [f"{inside}/{source}" for source in SOURCES]
    run("tar", "-xf", str(archive), "-C", str(place), "--transform", "s,.*/,,", *wanted)
    for name, changes in _CHANGES.items():
        (place / name).write_text(_changed((place / name).read_text(), changes))
    simulated = (place / "irq_sim.c").read_text()
    (place / "irq_sim.c").write_text(f'#include <linux/module.h>\n{simulated}MODULE_LICENSE("GPL");\n')
    (place / "Makefile").write_text("obj-m := irq_sim.o gpio-sim.o\n")
    run("make", "-C", f"/usr/src/linux-headers-{version}", f"M={place}", "modules")
    for module in ("irq_sim.ko", "gpio-sim.ko"):
        shutil.copy(place / module, modules / "kernel" / "drivers" / "gpio")


def _changed(source: str, changes: dict[str, str]) -> str:
    for theirs, ours in changes.items():
        if theirs not in source:
            raise RuntimeError(f"this kernel's source is another one: look at what it has instead of {theirs}")
        source = source.replace(theirs, ours)
    return source
