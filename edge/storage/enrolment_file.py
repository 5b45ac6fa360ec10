"""Who this edge is, and whose word counts to it: the folder `enrolment` of its state folder.

For its owner alone, files and folder, and read only when that is so. An enrolment takes the place of the one
before as a whole: its folder is written beside the old one and then takes its name. What the keys are for is not
known here.
"""

import contextlib
import errno
import os
import shutil
import ssl
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from contract.enrolment import Enrolled
from contract.instants import InstantUs, from_us, to_us
from contract.keys import KEY_BYTES, KeyFault, SigningKey, Trusted, VerifyingKey
from contract.messages import Epoch, Name, Sequence
from edge.storage import earlier_state
from edge.storage.errors import StorageError
from edge.storage.small_file import SmallFile, checked, sync_folder, write_whole

FOLDER: Final = "enrolment"
_ENROL_FIRST: Final = "enrol it first: doorward-edge enroll --hub URL --name NAME --code CODE"
_ENROL_AGAIN: Final = "enrol this edge again: doorward-edge enroll --hub URL --name NAME --code CODE"
_BYTES_MAX: Final = 100_000

KeyHex = Annotated[str, Meta(pattern=f"^[0-9a-f]{{{2 * KEY_BYTES}}}$")]


class EnrolmentFileError(StorageError):
    """An enrolment that cannot be read or written; the text says what to do and shows no key."""


class NotEnrolled(EnrolmentFileError):
    """There is no enrolment in the state folder."""


class _Saved(Struct, frozen=True, kw_only=True):
    """enrolment.json."""

    edge: Name
    hub_key: KeyHex
    generation: Annotated[int, Meta(ge=1)]
    old_key: KeyHex | None = None
    old_until_us: InstantUs | None = None
    broker_host: str
    broker_port: Annotated[int, Meta(ge=1, le=65_535)]
    broker_tls: bool
    feed: Name
    epoch: Epoch
    orders_epoch: Sequence = 0


@dataclass(frozen=True, slots=True)
class EnrolledEdge:
    """An edge as it was enrolled. `trusted` is the hub's key, as rotated since; `epoch` the feed's at enrolment.

    Orders of an epoch below `orders_epoch` were said to an enrolment before.
    The paths are of PEM files: the edge's TLS key, its certificate with what leads to it, the hub's authority.
    """

    edge: str
    signing_key: SigningKey
    trusted: Trusted
    organization_key: bytes = field(repr=False)
    broker_host: str
    broker_port: int
    broker_tls: bool
    feed: str
    epoch: int
    orders_epoch: int
    tls_key: Path
    tls_certificate: Path
    authority: Path


def read_enrolment(state_dir: Path) -> EnrolledEdge:
    """Who the edge of this state folder is. NotEnrolled; EnrolmentFileError: damaged, or others can read it."""
    try:
        _finish_swap(state_dir)
        earlier_state.finish(state_dir / FOLDER, state_dir)
    except OSError as error:
        raise EnrolmentFileError(f"{str(state_dir)!r} cannot be written: {error.strerror}") from error
    return look_at_enrolment(state_dir)


def look_at_enrolment(state_dir: Path) -> EnrolledEdge:
    """As `read_enrolment`, and changes nothing: what an enrolment that was cut short has left stays as it is."""
    folder = state_dir / FOLDER
    if not folder.is_dir():
        raise NotEnrolled(f"there is no enrolment in {str(state_dir)!r}: {_ENROL_FIRST}")
    _check_mode(folder, folder.stat().st_mode, "700")
    saved = checked(_read(folder / "enrolment.json"), _Saved)
    for name in ("tls.key", "tls.crt", "authority.crt"):
        _read(folder / name)
    try:
        if saved is None:
            raise ValueError("enrolment.json is damaged")
        return EnrolledEdge(
            edge=saved.edge,
            signing_key=SigningKey(_key(folder / "signing.key")),
            trusted=_trusted(saved),
            organization_key=_key(folder / "organization.key"),
            broker_host=saved.broker_host,
            broker_port=saved.broker_port,
            broker_tls=saved.broker_tls,
            feed=saved.feed,
            epoch=saved.epoch,
            orders_epoch=saved.orders_epoch,
            tls_key=folder / "tls.key",
            tls_certificate=folder / "tls.crt",
            authority=folder / "authority.crt",
        )
    except (ValueError, KeyFault):
        # Not from the error: what a key file holds could stand in it.
        raise EnrolmentFileError(f"a file in {str(folder)!r} is damaged: {_ENROL_AGAIN}") from None


def write_enrolment(
    state_dir: Path, edge: str, signing_seed: bytes, tls_key_pem: bytes, enrolled: Enrolled
) -> str | None:
    """Keep what an enrolment gave, on disk when this returns; one that was there before stands until then.

    `signing_seed` is the edge's Ed25519 seed. What is there of another hub or edge is set aside: in which folder,
    or None. EnrolmentFileError.
    """
    given = enrolled.delivered
    saved = _Saved(
        edge=edge,
        hub_key=enrolled.trusted.current.public.hex(),
        generation=enrolled.trusted.generation,
        broker_host=given.broker_host,
        broker_port=given.broker_port,
        broker_tls=given.broker_tls,
        feed=given.feed,
        epoch=given.epoch,
        orders_epoch=given.orders_epoch,
    )
    files = {
        "signing.key": signing_seed.hex().encode() + b"\n",
        "organization.key": given.organization_key.hex().encode() + b"\n",
        "tls.key": tls_key_pem,
        "tls.crt": _pem(given.certificate),
        "authority.crt": _pem(given.authority),
    }
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _finish_swap(state_dir)
        _write_folder(state_dir, saved, files)
        new = _beside(state_dir, "new")
        set_aside = earlier_state.mark(new, state_dir, _nothing_to(state_dir, saved, files))
        _swap(state_dir)
        earlier_state.finish(state_dir / FOLDER, state_dir)
    except OSError as error:
        raise EnrolmentFileError(f"{str(state_dir)!r} cannot be written: {error.strerror}") from error
    return set_aside


def save_trusted(state_dir: Path, trusted: Trusted) -> None:
    """Keep whose seals count from now on, on disk when this returns. OSError, of whatever kind the fault is."""
    path = state_dir / FOLDER / "enrolment.json"
    try:
        saved = checked(_read(path), _Saved)
    except EnrolmentFileError as error:
        raise OSError(errno.EIO, str(error)) from error
    if saved is None:
        raise OSError(errno.EIO, f"{str(path)!r} is damaged: {_ENROL_AGAIN}")
    changed = msgspec.structs.replace(
        saved,
        hub_key=trusted.current.public.hex(),
        generation=trusted.generation,
        old_key=None if trusted.old is None else trusted.old.public.hex(),
        old_until_us=None if trusted.old_until is None else to_us(trusted.old_until),
    )
    SmallFile(path, _Saved).write(changed)


def _trusted(saved: _Saved) -> Trusted:
    old = None if saved.old_key is None else VerifyingKey(bytes.fromhex(saved.old_key))
    until = None if saved.old_until_us is None else from_us(saved.old_until_us)
    return Trusted(VerifyingKey(bytes.fromhex(saved.hub_key)), saved.generation, old, until)


def _key(path: Path) -> bytes:
    key = bytes.fromhex(_read(path).decode("latin-1"))
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path.name} has another length")
    return key


def _read(path: Path) -> bytes:
    """A file that is its owner's alone."""
    try:
        with path.open("rb") as file:
            _check_mode(path, os.fstat(file.fileno()).st_mode, "600")
            return file.read(_BYTES_MAX)
    except FileNotFoundError:
        raise EnrolmentFileError(f"{str(path)!r} is missing: {_ENROL_AGAIN}") from None
    except OSError as error:
        raise EnrolmentFileError(f"{str(path)!r} cannot be read: {error.strerror}") from error


def _check_mode(path: Path, mode: int, right: str) -> None:
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise EnrolmentFileError(
            f"{str(path)!r} may be used by others (mode {stat.S_IMODE(mode):04o}); "
            f"it should be its owner's alone: chmod {right} {path}"
        )


def _nothing_to(state_dir: Path, saved: _Saved, files: dict[str, bytes]) -> tuple[str, ...]:
    """Patterns of the files that are nothing to a new enrolment.

    A hub is the same by its organization key and its authority: its signing key changes by rotations. Where that
    has changed otherwise, its orders may have been another's. Of what cannot be read nothing is held against it.
    """
    folder = state_dir / FOLDER
    before = None
    with contextlib.suppress(EnrolmentFileError):
        before = checked(_read(folder / "enrolment.json"), _Saved)
    same = before is None or before.edge == saved.edge
    for name in ("organization.key", "authority.crt"):
        with contextlib.suppress(EnrolmentFileError):
            same = same and _read(folder / name) == files[name]
    if not same:
        return earlier_state.OF_ITS_EDGE
    return () if before is not None and before.hub_key == saved.hub_key else earlier_state.OF_ITS_HUB


def _write_folder(state_dir: Path, saved: _Saved, files: dict[str, bytes]) -> None:
    new = _beside(state_dir, "new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    for name, content in files.items():
        write_whole(new / name, content)
    SmallFile(new / "enrolment.json", _Saved).write(saved)


def _swap(state_dir: Path) -> None:
    """The old folder away, the new one in its place; `_finish_swap` knows what lies between."""
    folder, old = state_dir / FOLDER, _beside(state_dir, "old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
        sync_folder(state_dir)
    _beside(state_dir, "new").rename(folder)
    sync_folder(state_dir)
    shutil.rmtree(old, ignore_errors=True)


def _finish_swap(state_dir: Path) -> None:
    """A new folder was whole before the old one lost its name."""
    folder, new, old = state_dir / FOLDER, _beside(state_dir, "new"), _beside(state_dir, "old")
    if not folder.exists() and old.exists():
        (new if new.exists() else old).rename(folder)
        sync_folder(state_dir)


def _beside(state_dir: Path, word: str) -> Path:
    return state_dir / f"{FOLDER}.{word}"


def _pem(chain: list[bytes]) -> bytes:
    return "".join(ssl.DER_cert_to_PEM_cert(each) for each in chain).encode()
