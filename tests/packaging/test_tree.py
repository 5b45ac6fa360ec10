"""What stands where in the package, and what its scripts are."""

import os
import subprocess
import tomllib
from pathlib import Path

import pytest
from build_package import build, version_of
from tree import CHECKOUT, Release, lay_out

from tests.packaging.conftest import PACKAGING


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    lay_out(root, Release("1.2.3", "arm64", 0), "changes\n")
    return root


def test_all_of_the_edges_code_and_its_page_are_there(root: Path) -> None:
    for package in ("contract", "edge"):
        theirs = {path.relative_to(CHECKOUT) for path in (CHECKOUT / package).rglob("*") if path.is_file()}
        wanted = {path for path in theirs if "__pycache__" not in path.parts}
        assert {path for path in wanted if not (root / "usr/lib/doorward" / path).is_file()} == set()


def test_the_hub_is_not(root: Path) -> None:
    assert sorted(path.name for path in (root / "usr/lib/doorward").iterdir()) == [
        "contract",
        "doorward-1.2.3.dist-info",
        "edge",
    ]


def test_what_the_unit_runs_and_names_is_there(root: Path) -> None:
    unit = (root / "usr/lib/systemd/system/doorward-edge.service").read_text()
    assert "ExecStart=/usr/bin/doorward-edge run" in unit
    assert (root / "usr/bin/doorward-edge").stat().st_mode & 0o777 == 0o755
    assert "Documentation=file:///usr/share/doc/doorward-edge/operations.md" in unit
    assert (root / "usr/share/doc/doorward-edge/operations.md").is_file()


@pytest.mark.parametrize("name", ["postinst", "prerm", "postrm", "rtupdate", "doorward-edge"])
def test_its_scripts_are_right_for_any_shell(name: str) -> None:
    subprocess.run(["sh", "-n", PACKAGING / "debian" / name], check=True)


def test_its_version_is_doorwards() -> None:
    assert version_of(CHECKOUT) == tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["version"]


def test_two_builds_of_a_checkout_are_the_same_bytes(tmp_path: Path) -> None:
    """Whoever builds it, with whatever umask."""
    first = build(Release("1.2.3", "arm64", 1), [], tmp_path / "a")
    before = os.umask(0o077)
    try:
        second = build(Release("1.2.3", "arm64", 1), [], tmp_path / "b")
    finally:
        os.umask(before)
    assert first.name == "doorward-edge_1.2.3_arm64.deb"
    assert first.read_bytes() == second.read_bytes()
