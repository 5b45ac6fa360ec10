"""The hub's key files, apart from its database: made once, never printed.

`organization.key` hashes card codes (edges have it too), `card.key` encrypts them, `django.key` signs sessions,
`authority.key` (an EC P-256 private value) signs certificates: these are read at start. `signing.N.key` (the seed
of an Ed25519 key, of generation N) seals what the hub says: a rotation makes the next one while the hub runs.
`metrics.key` is what a Prometheus shows: it may be replaced at any time.
Must not know Django: settings are built from this.
"""

import hashlib
import re
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hub import whole_file
from hub.errors import HubError

KEY_BYTES: Final = 32
NAMES: Final = ("organization", "card", "django", "authority")
_METRICS: Final = "metrics"
_SIGNING: Final = re.compile(r"signing\.([1-9][0-9]*)\.key")
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""SEC 2, section 2.4.2 (secp256r1): a private value is above 0 and below it."""


class KeyFileError(HubError):
    """A key file is missing, damaged, not its owner's alone, or cannot be made; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The bytes of the keys that are read at start, kept out of every repr."""

    organization: bytes = field(repr=False)
    card: bytes = field(repr=False)
    django: bytes = field(repr=False)
    authority: bytes = field(repr=False)


def path_of(folder: Path, name: str) -> Path:
    return folder / f"{name}.key"


def load(folder: Path) -> Keys:
    """All keys of `folder` that are read at start. KeyFileError: one is missing, damaged or open to others."""
    return Keys(*(_read(path_of(folder, name)) for name in NAMES))


def signing_path(folder: Path, generation: int) -> Path:
    return path_of(folder, f"signing.{generation}")


def signing_seed(folder: Path, generation: int) -> bytes:
    """The seed of the signing key of a generation. KeyFileError: it is missing, damaged or open to others."""
    return _read(signing_path(folder, generation))


def signing_generations(folder: Path) -> list[int]:
    """The generations that have a file, rising."""
    found = (_SIGNING.fullmatch(path.name) for path in folder.glob("signing.*.key"))
    return sorted(int(match.group(1)) for match in found if match is not None)


def metrics_token(folder: Path) -> str:
    """What a Prometheus has to show. KeyFileError: it is missing, damaged or open to others."""
    return _read(path_of(folder, _METRICS)).hex()


def fingerprint(folder: Path, name: str) -> str:
    """What tells the key `name` (card, signing.1) from others, and nothing else of it. KeyFileError, as load."""
    return hashlib.sha256(f"doorward {name} ".encode() + _read(path_of(folder, name))).hexdigest()[:32]


def create_signing(folder: Path, generation: int) -> None:
    """Makes the key of a generation unless its file is there already (a rotation that did not come to its end).

    KeyFileError: it cannot be made.
    """
    path = signing_path(folder, generation)
    try:
        _create(path)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be made ({error.strerror}): its folder must be writable") from error


def create_missing(folder: Path) -> list[Path]:
    """Makes the keys that are not there yet (mode 0600, in a folder of mode 0700); returns their paths.

    KeyFileError: the folder or a file cannot be made there.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
        paths = [path_of(folder, name) for name in (*NAMES, _METRICS)]
        if not signing_generations(folder):
            paths.append(signing_path(folder, 1))
        missing = [path for path in paths if not path.exists()]
        return [path for path in missing if _create(path)]
    except OSError as error:
        raise KeyFileError(
            f"keys cannot be made in {folder} ({error.strerror}): "
            "set DOORWARD_DATA to a folder that you may write to"
        ) from error


def _read(path: Path) -> bytes:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise KeyFileError(
                f"{path} may be read by others (mode {mode:04o}); it should be its owner's alone: chmod 600 {path}"
            )
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except FileNotFoundError as error:
        raise KeyFileError(
            f"{path} is missing: run `doorward-hub init`, put it back from a backup, "
            f"or set DOORWARD_DATA to the hub's folder (now it is {path.parent.parent})"
        ) from error
    except (OSError, ValueError) as error:
        raise KeyFileError(f"{path} cannot be read as a key: put it back from a backup") from error
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{path} should hold {2 * KEY_BYTES} hex digits: put it back from a backup")
    return key


def _create(path: Path) -> bool:
    return whole_file.create(path, f"{_new_key().hex()}\n".encode("ascii"), 0o600)


def _new_key() -> bytes:
    """Any bytes are a key, but for an EC private value in the one of 2**32 cases that it is not."""
    while not 0 < int.from_bytes(key := secrets.token_bytes(KEY_BYTES)) < _P256_ORDER:
        pass
    return key
