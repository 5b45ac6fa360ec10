"""The package as a file: what lintian says of it, and what is in the one for a Pi."""

import subprocess
import sys
from pathlib import Path

from machine import CHECKOUT

AARCH64 = 0xB7
"""e_machine of an ELF header: its bytes 18 and 19."""
OF_EACH_PYTHON = ("_cffi_backend", "_cbor2", "_core")


def test_lintian_has_nothing_to_say(package: Path) -> None:
    command = ["lintian", "--allow-root", "--fail-on", "error,warning", package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_compiled_modules_are_the_pis_one_for_each_python(package_for_a_pi: Path, tmp_path: Path) -> None:
    subprocess.run(["dpkg-deb", "--extract", package_for_a_pi, tmp_path], check=True)
    modules = sorted((tmp_path / "usr/lib/doorward").rglob("*.so"))
    machines = {int.from_bytes(path.read_bytes()[18:20], "little") for path in modules}
    assert machines == {AARCH64}
    for name in OF_EACH_PYTHON:
        pythons = {path.name.split("-")[1] for path in modules if path.name.startswith(f"{name}.")}
        assert pythons == {"311", "312", "313"}


def test_a_machine_without_wheels_is_refused_in_words() -> None:
    command = [sys.executable, "packaging/build_package.py", "--architecture", "armhf"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, "Take a 64-bit system" in done.stderr) == (2, True)
