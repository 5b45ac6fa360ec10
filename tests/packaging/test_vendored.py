"""Which libraries the package brings along, and that no Python gets what is another's."""

import re
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from vendored import FROM_APT, LIBRARIES, VendoredError, fetch, locked, unpack

from tests.packaging.conftest import PACKAGING

LOCK = PACKAGING.parent / "requirements.lock"
NOT_AT_RUN_TIME = {
    "setuptools",  # colorzero names it and imports nothing of it
    "pycparser",  # cffi needs it to compile
}


def required(distribution: str, extra: str = "") -> set[str]:
    """The names of what it needs on a Python of 3.11 or newer, with an extra of its own if one is given."""
    found = set()
    for line in metadata.requires(distribution) or ():
        name, _, marker = line.partition(";")
        wanted = f'extra == "{extra}"' in marker if "extra ==" in marker else "python" not in marker
        if wanted or "platform_python_implementation" in marker:
            found.add(re.split(r"[^A-Za-z0-9-]", name.strip(), maxsplit=1)[0].lower())
    return found


def test_everything_that_the_edge_needs_is_brought_along_or_comes_by_apt() -> None:
    needed = required("doorward", "edge") | required("doorward", "hid")
    for name in LIBRARIES:
        needed |= required(name)
    assert needed - NOT_AT_RUN_TIME <= {*LIBRARIES, *FROM_APT}


def test_of_the_lock_only_their_lines_are_taken_with_all_hashes() -> None:
    lines = locked(LOCK.read_text()).splitlines()
    pinned = [line.partition("==")[0] for line in lines if "==" in line]
    assert tuple(pinned) == LIBRARIES
    assert all("--hash=sha256:" in line for line in lines if line.startswith(" ") and "#" not in line)


def test_a_library_that_is_not_locked_is_named() -> None:
    with pytest.raises(VendoredError, match=r"has no paho-mqtt: make lock"):
        locked("cbor2==6.2.1\n", ("cbor2", "paho-mqtt"))


def test_a_machine_without_wheels_is_told_what_to_take(tmp_path: Path) -> None:
    with pytest.raises(VendoredError, match=r"no package for armhf.*64-bit"):
        fetch(LOCK, "armhf", tmp_path)
    assert list(tmp_path.iterdir()) == []


def wheel(path: Path, **contents: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in contents.items():
            archive.writestr(name.replace("__", "/"), text)
    return path


def test_wheels_of_two_pythons_share_a_folder(tmp_path: Path) -> None:
    first = wheel(tmp_path / "a-cp311.whl", a__of_all="1", a__of_311="2", a__WHEEL="cp311")
    second = wheel(tmp_path / "a-cp313.whl", a__of_all="1", a__of_313="3", a__WHEEL="cp313")
    unpack([first, second], tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out" / "a").iterdir()) == ["of_311", "of_313", "of_all"]


def test_two_contents_under_one_name_are_refused(tmp_path: Path) -> None:
    first, second = wheel(tmp_path / "a-cp311.whl", a="1"), wheel(tmp_path / "a-cp313.whl", a="2")
    with pytest.raises(VendoredError, match=r"a-cp313.whl has another a"):
        unpack([first, second], tmp_path / "out")
