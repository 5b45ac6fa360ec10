"""The package as a file: what lintian says of it, and what is in the one for a Pi."""

import subprocess
from pathlib import Path

import pytest
from conftest import FIRST, built

_MACHINES = {"amd64": 0x3E, "arm64": 0xB7}
"""e_machine of an ELF header (its bytes 18 and 19), by Debian's name."""
_OF_EACH_PYTHON = ("_cffi_backend", "_cbor2", "_core")


def test_lintian_has_nothing_to_say(package: Path) -> None:
    command = ["lintian", "--allow-root", "--fail-on", "error,warning", package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_same_checkout_gives_the_same_bytes(package: Path) -> None:
    before = package.read_bytes()
    assert built(FIRST).read_bytes() == before


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_compiled_modules_are_of_the_machine_and_for_each_python(architecture: str, tmp_path: Path) -> None:
    package = built(FIRST, "--architecture", architecture)
    subprocess.run(["dpkg-deb", "--extract", package, tmp_path], check=True)
    modules = sorted((tmp_path / "usr/lib/doorward").rglob("*.so"))
    machines = {int.from_bytes(path.read_bytes()[18:20], "little") for path in modules}
    assert machines == {_MACHINES[architecture]}
    for name in _OF_EACH_PYTHON:
        pythons = {path.name.split("-")[1] for path in modules if path.name.startswith(f"{name}.")}
        assert pythons == {"311", "312", "313"}


def test_no_package_is_made_for_a_machine_without_wheels() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        built(FIRST, "--architecture", "armhf")
