"""What pages load that others wrote, fetched anew: `make vendor`. Needs npm, which nothing else here does.

Each folder of such files has a list, VERSIONS, of the packages they are from. A package is fetched whole, looked
at by the hash that the list says, and only then are the listed files taken out of it, as they are. To take a newer
version: write it and its integrity (`npm view NAME@VERSION dist.integrity`) into the list; what changed is then
written with its new hash.
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HUB: Final = Path(__file__).resolve().parents[1] / "hub"
LIST: Final = "VERSIONS"
_BY_HAND: Final = "-"


class PageLibraryError(Exception):
    """A package or a file that is not what the list says; the text says which."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file: its hash, its name here, and its name in the package (`-`: not from there)."""

    sha256: str
    name: str
    source: str

    @property
    def is_by_hand(self) -> bool:
        return self.source == _BY_HAND


@dataclass(frozen=True, slots=True)
class Package:
    """`integrity`: as npm says it, `sha512-` and base64."""

    name: str
    version: str
    integrity: str
    files: tuple[Listed, ...]


def folders() -> list[Path]:
    return sorted(each.parent for each in HUB.glob(f"**/static/**/{LIST}"))


def listed(folder: Path) -> list[Package]:
    packages: list[Package] = []
    for line in _lines(folder):
        if not line.startswith(" "):
            packages.append(Package(*line.split(), files=()))
            continue
        last = packages.pop()
        packages.append(Package(last.name, last.version, last.integrity, (*last.files, Listed(*line.split()))))
    return packages


def renew(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        packages = [_taken(each, folder, Path(place)) for each in listed(folder)]
    comments = [line for line in (folder / LIST).read_text().splitlines() if line.startswith("#")]
    (folder / LIST).write_text("\n".join([*comments, *_written(packages)]) + "\n")


def checked(archive: bytes, package: Package) -> None:
    """PageLibraryError: it is not the package that the list means."""
    kind, _, wanted = package.integrity.partition("-")
    found = base64.b64encode(hashlib.new(kind, archive).digest()).decode()
    if kind != "sha512" or found != wanted:
        raise PageLibraryError(
            f"{package.name} {package.version} is not as listed: its integrity is {kind}-{found}"
        )


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _lines(folder: Path) -> Iterator[str]:
    text = (folder / LIST).read_text()
    return (line for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _taken(package: Package, folder: Path, place: Path) -> Package:
    command = ["npm", "pack", "--silent", f"{package.name}@{package.version}", "--pack-destination", str(place)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    archive = place / said.split()[-1]
    checked(archive.read_bytes(), package)
    with tarfile.open(archive) as packed:
        for each in package.files:
            if not each.is_by_hand:
                (folder / each.name).write_bytes(_member(packed, each, package))
    files = (Listed(sha256_of(folder / each.name), each.name, each.source) for each in package.files)
    return Package(package.name, package.version, package.integrity, tuple(files))


def _member(packed: tarfile.TarFile, wanted: Listed, package: Package) -> bytes:
    try:
        found = packed.extractfile(wanted.source)
    except KeyError:
        found = None
    if found is None:
        raise PageLibraryError(f"{package.name} {package.version} has no file {wanted.source}")
    return found.read()


def _written(packages: list[Package]) -> Iterator[str]:
    for package in packages:
        yield f"{package.name} {package.version} {package.integrity}"
        yield from (f"  {each.sha256} {each.name} {each.source}" for each in package.files)


if __name__ == "__main__":
    try:
        for each in folders():
            renew(each)
    except PageLibraryError as error:
        sys.exit(str(error))
