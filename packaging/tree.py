"""What stands where once the package is installed: Doorward's own files. Libraries are another file's affair."""

import gzip
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent
CODE: Final = "usr/lib/doorward"
_OWN: Final = CHECKOUT / "packaging" / "debian"
_DOC: Final = "usr/share/doc/doorward-edge"
_PICTURES: Final = "docs/pictures"

# From the checkout, to the machine. A folder is taken with all that is in it.
_PLACES: Final = {
    "contract": f"{CODE}/contract",
    "edge": f"{CODE}/edge",
    "firmware_config/boards": "usr/share/doorward/firmware_config/boards",
    "firmware_config/scanners": "usr/share/doorward/firmware_config/scanners",
    "firmware_config/raspberry_pi": "usr/share/doorward/firmware_config/raspberry_pi",
    "firmware_config/udev/61-doorward.rules": "usr/lib/udev/rules.d/61-doorward.rules",
    "systemd/doorward-edge.service": "usr/lib/systemd/system/doorward-edge.service",
    "systemd/doorward-sysusers.conf": "usr/lib/sysusers.d/doorward.conf",
    "systemd/doorward-tmpfiles.conf": "usr/lib/tmpfiles.d/doorward.conf",
    "systemd/doorward-watchdog.conf": "usr/share/doorward/systemd/doorward-watchdog.conf",
    "packaging/debian/default": "etc/default/doorward-edge",
    "packaging/debian/unsent_checkins.py": "usr/share/doorward/unsent_checkins.py",
    "packaging/debian/lintian-overrides": "usr/share/lintian/overrides/doorward-edge",
    "packaging/debian/rtupdate": "usr/share/python3/runtime.d/doorward-edge.rtupdate",
    "packaging/debian/copyright": f"{_DOC}/copyright",
}
_PROGRAMS: Final = {"packaging/debian/doorward-edge": "usr/bin/doorward-edge"}
_EXECUTABLE: Final = ("usr/bin/doorward-edge", "usr/share/python3/runtime.d/doorward-edge.rtupdate")
_CONFIGURATION: Final = ("etc/default/doorward-edge",)
_SCRIPTS: Final = ("postinst", "prerm", "postrm")


@dataclass(frozen=True, slots=True)
class Release:
    """`at`: seconds of the Unix epoch, for every date in the package, so that two builds of it are the same."""

    version: str
    architecture: str
    at: int


def lay_out(root: Path, release: Release, changelog: str) -> None:
    """Doorward's own files, below `root`."""
    for source, target in (_PLACES | _PROGRAMS).items():
        _copy(CHECKOUT / source, root / target)
    for page in sorted((CHECKOUT / "docs").iterdir()):
        if page.is_file():
            _copy(page, root / _DOC / page.name)
    _copy(CHECKOUT / _PICTURES, root / _DOC / "pictures")
    _compress(root / _DOC / "changelog.gz", changelog.encode())
    _compress(root / "usr/share/man/man1/doorward-edge.1.gz", (_OWN / "doorward-edge.1").read_bytes())
    _name_version(root / CODE / f"doorward-{release.version}.dist-info", release.version)
    _set_modes(root)


def control_files(folder: Path, control: str) -> None:
    """What dpkg itself reads: `folder` is DEBIAN/ of the package."""
    folder.mkdir()
    (folder / "control").write_text(control)
    (folder / "conffiles").write_text("".join(f"/{path}\n" for path in _CONFIGURATION))
    for name in _SCRIPTS:
        shutil.copyfile(_OWN / name, folder / name)
    # mkdir's own mode is less what the umask takes.
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755 if path.is_dir() or path.name in _SCRIPTS else 0o644)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    else:
        shutil.copyfile(source, target)


def _compress(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, 9, mtime=0))


def _name_version(folder: Path, version: str) -> None:
    """Presence says which version runs; it asks the metadata of the distribution `doorward`."""
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: doorward\nVersion: {version}\n")


def _set_modes(root: Path) -> None:
    """As a fresh checkout has them under any umask."""
    for path in root.rglob("*"):
        path.chmod(0o755 if path.is_dir() or str(path.relative_to(root)) in _EXECUTABLE else 0o644)
