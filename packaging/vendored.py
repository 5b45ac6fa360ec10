"""The libraries that the package brings along: which, for which machines, and from where they are taken.

They come as the wheels of requirements.lock, each by its hash, for a machine that need not be this one. Wheels of
several Pythons share a folder: their compiled modules have the Python's name in their own. What else the package
is made of is not known here.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

LIBRARIES: Final = ("aiosqlite", "cbor2", "cffi", "colorzero", "cryptography", "gpiozero", "msgspec", "paho-mqtt")
"""Debian 12 has all of them too old, or not at all; the lock has the versions that the tests ran with."""
FROM_APT: Final = {"pyserial": "python3-serial", "evdev": "python3-evdev", "lgpio": "python3-lgpio"}
"""What Debian's own package serves for, by the name that pyproject.toml or the code says."""
PYTHONS: Final = ("3.11", "3.12", "3.13")
"""Debian 12, Ubuntu 24.04, Debian 13: compiled modules are for one each."""
MACHINES: Final = {"arm64": "aarch64", "amd64": "x86_64"}
"""Debian's name of an architecture: the wheels' one."""
GLIBC: Final = "2.34"
"""What the newest of the wheels asks for (manylinux_2_34)."""
_GLIBCS: Final = ("2_34", "2_31", "2_28", "2_17")
_LEFT_OUT: Final = ("RECORD", "WHEEL", "INSTALLER", "REQUESTED")


class VendoredError(Exception):
    """A library that cannot be brought along; the text says which, and what to do."""


def locked(lock: str, libraries: tuple[str, ...] = LIBRARIES) -> str:
    """The lines of a lock file that are of these libraries, hashes included. VendoredError: one isn't there."""
    blocks = dict(_blocks(lock))
    missing = [name for name in libraries if name not in blocks]
    if missing:
        raise VendoredError(f"requirements.lock has no {', '.join(missing)}: make lock")
    return "".join(blocks[name] for name in libraries)


def fetch(lock: Path, architecture: str, folder: Path) -> list[Path]:
    """The wheels for an architecture, by their hashes; kept below `folder`, and not asked for twice.

    VendoredError: an architecture or a library for which there is no wheel.
    """
    if architecture not in MACHINES:
        raise VendoredError(
            f"there is no package for {architecture}: cbor2, cffi and msgspec have no wheels for it. "
            f"Take a 64-bit system ({' or '.join(MACHINES)}): every Raspberry Pi from the 3 on runs one"
        )
    wanted = locked(lock.read_text())
    # Wheels of an earlier lock, or for other Pythons, stay out of it.
    name = hashlib.sha256("".join((wanted, *PYTHONS)).encode()).hexdigest()[:12]
    place = folder / f"{architecture}-{name}"
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=_made(folder)) as unfinished:
            for python in PYTHONS:
                _download(wanted, Path(unfinished) / "wheels", architecture, python)
            (Path(unfinished) / "wheels").rename(place)
    return sorted(place.glob("*.whl"))


def unpack(wheels: list[Path], folder: Path) -> None:
    """All wheels into one folder, their licences included.

    VendoredError: two of them have other contents under one name, so that one Python would get another's.
    """
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                if not entry.is_dir() and PurePosixPath(entry.filename).name not in _LEFT_OUT:
                    _put(folder / entry.filename, archive.read(entry), wheel)


def _put(path: Path, content: bytes, wheel: Path) -> None:
    if path.exists():
        if path.read_bytes() != content:
            raise VendoredError(f"{wheel.name} has another {path.name} than the wheel for another Python")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _blocks(lock: str) -> Iterator[tuple[str, str]]:
    """A library's name, and its lines."""
    for block in re.split(r"\n(?=\S)", lock):
        name, pinned, _ = block.partition("==")
        if pinned:
            yield name, block.rstrip("\n") + "\n"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _download(wanted: str, into: Path, architecture: str, python: str) -> None:
    """`into` may hold some of them already."""
    requirements = into.parent / "wanted.txt"
    requirements.write_text(wanted)
    machine = MACHINES[architecture]
    tag = "cp" + python.replace(".", "")
    platforms = [f"manylinux_{glibc}_{machine}" for glibc in _GLIBCS] + [f"manylinux2014_{machine}"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "--implementation=cp", f"--python-version={python}"]
    command += ["--abi", tag, "--abi", "abi3", "--abi", "none"]
    command += [word for platform in platforms for word in ("--platform", platform)]
    command += ["--dest", str(into), "--requirement", str(requirements)]
    ended = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if ended.returncode != 0:
        raise VendoredError(f"a wheel for {architecture} and Python {python} is not to be had:\n{ended.stderr}")
