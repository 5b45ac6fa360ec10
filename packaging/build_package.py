"""`make deb`: the edge's Debian package, of this checkout, without root, for a machine that need not be this one.

Owns the order of the steps and the package's words for dpkg. The same checkout gives the same bytes.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from email.utils import formatdate
from pathlib import Path
from typing import Final

from tree import CHECKOUT, CODE, Release, control_files, lay_out
from vendored import GLIBC, MACHINES, PYTHONS, VendoredError, fetch, unpack

_MAINTAINER: Final = "The Doorward project <doorward@localhost.localdomain>"
_VERSION: Final = re.compile(r"[0-9][A-Za-z0-9.+~]*")
_CONTROL: Final = """\
Package: doorward-edge
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {kib}
Depends: libc6 (>= {glibc}), libgcc-s1, python3 (>= {oldest}~), python3 (<< {too_new}~), python3-evdev, \
python3-serial, systemd, tzdata
Recommends: python3-lgpio
Suggests: chromium
Section: misc
Priority: optional
Description: membership access beside a door or on a counter
 Reads members' cards from barcode scanners, decides from its own store,
 with or without a network, moves a relay or a light, and reports check-ins
 to its organization's hub.
 .
 Pins of a Raspberry Pi need python3-lgpio. It starts once it is enrolled:
 doorward-edge enroll --hub URL --name NAME
"""
_CHANGELOG: Final = """\
doorward-edge ({version}) stable; urgency=medium

  * What is new in this version: CHANGELOG.md of Doorward's source.

 -- {maintainer}  {date}
"""


def build(release: Release, wheels: list[Path], out: Path) -> Path:
    """The package in the folder `out`; its path. The wheels are of the release's architecture."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"doorward-edge_{release.version}_{release.architecture}.deb"
    with tempfile.TemporaryDirectory(dir=out) as folder:
        root = Path(folder) / "root"
        root.mkdir()
        root.chmod(0o755)
        unpack(wheels, root / CODE)
        date = formatdate(release.at)
        lay_out(root, release, _CHANGELOG.format(version=release.version, maintainer=_MAINTAINER, date=date))
        control_files(root / "DEBIAN", _control(release, root))
        _pack(root, path, release.at)
    return path


def version_of(checkout: Path) -> str:
    """pyproject.toml's."""
    return str(tomllib.loads((checkout / "pyproject.toml").read_text())["project"]["version"])


def main() -> int:
    """Build what was asked for; the exit code."""
    asked = _parser().parse_args()
    if not _VERSION.fullmatch(asked.version):
        return _refuse(f"{asked.version!r} is no version: a digit first, then letters, digits and . + ~")
    release = Release(asked.version, asked.architecture, _date_of(CHECKOUT))
    try:
        wheels = fetch(CHECKOUT / "requirements.lock", release.architecture, asked.out / "wheels")
        path = build(release, wheels, asked.out)
    except VendoredError as error:
        return _refuse(str(error))
    sys.stdout.write(f"{path}\n")
    return 0


def _refuse(text: str) -> int:
    sys.stderr.write(f"make deb: {text}\n")
    return 2


def _control(release: Release, root: Path) -> str:
    last = tuple(map(int, PYTHONS[-1].split(".")))
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    return _CONTROL.format(
        version=release.version,
        architecture=release.architecture,
        maintainer=_MAINTAINER,
        kib=-(-size // 1024),
        glibc=GLIBC,
        oldest=PYTHONS[0],
        too_new=f"{last[0]}.{last[1] + 1}",
    )


def _pack(root: Path, path: Path, at: int) -> None:
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(path)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(at)}
    for each in (root, *root.rglob("*")):
        os.utime(each, (at, at))
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)  # noqa: S603


def _date_of(checkout: Path) -> int:
    """The last commit's date; SOURCE_DATE_EPOCH's, or pyproject.toml's, where there is no git."""
    said = os.environ.get("SOURCE_DATE_EPOCH")
    if said is None and shutil.which("git") is not None:
        command = ["git", "-C", str(checkout), "log", "-1", "--format=%ct"]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    return int(said) if said else int((checkout / "pyproject.toml").stat().st_mtime)


def _this_machine() -> str:
    by_machine = {machine: architecture for architecture, machine in MACHINES.items()}
    return by_machine.get(os.uname().machine, os.uname().machine)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", default=_this_machine(), help="arm64 or amd64; else this machine's")
    parser.add_argument("--version", default=version_of(CHECKOUT), help="pyproject.toml's if left out")
    parser.add_argument("--out", type=Path, default=CHECKOUT / "build" / "deb", help="folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())
