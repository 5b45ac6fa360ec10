"""What is installed in a guest: the edge's package of this checkout, and lgpio, which a Raspberry Pi OS has."""

import hashlib
import shutil
import sys
from pathlib import Path
from typing import Final

from tests.machine.making import kept_by, run

CHECKOUT: Final = Path(__file__).resolve().parents[2]
_MADE_OF: Final = (
    *("contract", "edge", "firmware_config", "packaging/debian", "systemd"),
    *("packaging/build_package.py", "packaging/tree.py", "packaging/vendored.py", "requirements.lock"),
)
"""Its pages, too, but no guest is made anew for those."""
_MACHINES: Final = {"amd64": "x86_64", "arm64": "aarch64"}
_DATE: Final = "1790000000"
"""Not the last commit's: in a checkout that is worked in there may be another at any time."""


def package(build: Path, architecture: str = "amd64") -> Path:
    """As `make deb` makes it; made anew only for another edge."""
    place = build / f"package-{architecture}-{_fingerprint()}"
    return next(kept_by(place, lambda folder: _build(folder, architecture)).glob("*.deb"))


def lgpio(build: Path, architecture: str = "amd64") -> Path:
    """Its wheel for bookworm's Python."""
    place = build / f"lgpio-{architecture}"
    return next(kept_by(place, lambda folder: _fetch(folder, architecture)).glob("*.whl"))


def digest_of(*paths: Path) -> str:
    """Twelve letters that are others as soon as a file below is another; `paths` are of the checkout."""
    found = hashlib.sha256()
    for path in paths:
        for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if each.is_file() and "__pycache__" not in each.parts:
                found.update(f"{each.relative_to(CHECKOUT)}\n".encode() + each.read_bytes())
    return found.hexdigest()[:12]


def _fingerprint() -> str:
    return digest_of(*(CHECKOUT / name for name in _MADE_OF))


def _build(folder: Path, architecture: str) -> None:
    made = run(
        *("env", f"SOURCE_DATE_EPOCH={_DATE}", sys.executable),
        *("packaging/build_package.py", "--version", "0.1.0", "--architecture", architecture),
        cwd=CHECKOUT,
    )
    shutil.copy(made.strip(), folder)


def _fetch(folder: Path, architecture: str) -> None:
    run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"),
        *("--only-binary=:all:", "--require-hashes", "--python-version", "3.11"),
        *("--platform", f"manylinux_2_34_{_MACHINES[architecture]}", "--dest", str(folder)),
        *("--requirement", str(Path(__file__).with_name("lgpio.txt"))),
    )
