"""The hub's key files within a backup: encrypted under a passphrase that is kept nowhere.

scrypt (RFC 7914, 64 MB of memory twice over: about a second on a Raspberry Pi) makes the key of an AES-256-GCM.
Must not know Django, nor the rest of the backup.
"""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from hub import keys, whole_file
from hub.errors import HubError

PASSPHRASE_LETTERS_MIN: Final = 12
_WHAT: Final = b"doorward-hub keys 1"
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12


class WrongPassphrase(HubError):
    """It opens nothing here, or is too short to be taken."""


class OtherKeys(HubError):
    """The folder holds keys of another hub; nothing was changed."""


def read(folder: Path) -> dict[str, str]:
    """Every key file's text by its name. hub.keys.KeyFileError: one is missing or damaged."""
    keys.load(folder)
    return {path.name: path.read_text("ascii") for path in sorted(folder.glob("*.key"))}


def seal(files: Mapping[str, str], passphrase: str) -> bytes:
    """WrongPassphrase: it is too short."""
    if len(passphrase) < PASSPHRASE_LETTERS_MIN:
        raise WrongPassphrase(f"a passphrase for keys has {PASSPHRASE_LETTERS_MIN} letters or more")
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    return salt + nonce + _cipher(passphrase, salt).encrypt(nonce, json.dumps(dict(files)).encode(), _WHAT)


def unseal(sealed: bytes, passphrase: str) -> dict[str, str]:
    """WrongPassphrase: it is another one, or what is sealed was changed."""
    salt, nonce = sealed[:_SALT_BYTES], sealed[_SALT_BYTES : _SALT_BYTES + _NONCE_BYTES]
    try:
        text = _cipher(passphrase, salt).decrypt(nonce, sealed[_SALT_BYTES + _NONCE_BYTES :], _WHAT)
    except (InvalidTag, ValueError) as error:
        raise WrongPassphrase("the passphrase does not open the keys in this backup") from error
    return dict(json.loads(text))


def put_back(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Writes those that are missing in `folder`, which may hold newer signing keys; returns what was written.

    OtherKeys: one of them is another key there. hub.keys.KeyFileError: they cannot be written.
    """
    paths = {folder / name: text.encode("ascii") for name, text in files.items() if Path(name).name == name}
    for path, key in paths.items():
        if path.exists() and path.read_bytes() != key:
            raise OtherKeys(
                f"{path} is another key than the backup's: move the other hub's keys away, or set DOORWARD_DATA"
            )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
        return [path for path, key in paths.items() if whole_file.create(path, key, 0o600)]
    except OSError as error:
        raise keys.KeyFileError(
            f"the keys cannot be written in {folder} ({error.strerror}): set DOORWARD_DATA to a folder of yours"
        ) from error


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**16, r=8, p=2).derive(passphrase.encode()))
