"""Profiles: what is known of scanner models, a file each in firmware_config/scanners, every fact with its source.

Owns how those files are read and which of them fits a device. Opens no device.
"""

import tomllib
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta, Struct, ValidationError, convert

from contract.scanner_configuration import Reading, Scanner, misfits_of_reading
from contract.topics import Slug
from edge.firmware_config import FirmwareConfigError, firmware_config
from edge.scanners.settings import ScannerSettings, settings_of

FOLDER: Final = "scanners"
Words = Annotated[str, Meta(min_length=1, max_length=500)]
UsbId = Annotated[str, Meta(pattern=r"^[0-9a-f]{4}:[0-9a-f]{4}\Z")]
Hex = Annotated[str, Meta(pattern=r"^(?:[0-9a-f]{2}(?: [0-9a-f]{2})*)?\Z")]


class ProfileError(Exception):
    """A profile that is not there or cannot be read; the text says which, and what to do."""


class Interface(StrEnum):
    """How a scanner is seen by the machine: as a USB keyboard, or as a serial port (USB, RS-232, UART)."""

    KEYBOARD = "keyboard"
    SERIAL = "serial"


_KINDS: Final = {Interface.KEYBOARD: "keyboard", Interface.SERIAL: "serial port"}


class Sourced(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A fact and where it is from. `checked`: the source was read and says so."""

    source: str = ""
    checked: bool = False


class Usb(Sourced, frozen=True):
    """VENDOR:PRODUCT as which the model shows itself, and as what."""

    id: UsbId
    interface: Interface


class Fact(Sourced, frozen=True):
    """`about` names the words of [settings], or "interfaces" or "setup", that stand on it."""

    says: Words
    about: tuple[Slug, ...] = ()


class SetupCode(Sourced, frozen=True):
    """What the scanner does once it has scanned a code that holds `text`."""

    does: Words
    text: Annotated[str, Meta(pattern=r"^[!-~]{1,64}\Z")]


class Setup(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the model is set up; no `codes` where its manual does not say what its setup codes hold."""

    how: Words
    codes: tuple[SetupCode, ...] = ()


class Settings(Reading, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`init`: bytes in hexadecimal, for a serial scanner whenever its port opens."""

    init: Hex = ""


class Profile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One model, or several that behave alike. `models` as people and USB strings call them."""

    name: Slug
    models: Annotated[tuple[Words, ...], Meta(min_length=1)]
    interfaces: Annotated[tuple[Interface, ...], Meta(min_length=1)]
    usb: tuple[Usb, ...] = ()
    settings: Settings = Settings()
    facts: tuple[Fact, ...] = ()
    setup: Setup

    @property
    def sourced(self) -> tuple[Sourced, ...]:
        return (*self.usb, *self.facts, *self.setup.codes)

    @property
    def is_checked(self) -> bool:
        """Whether each of its facts was read in its source."""
        return bool(self.sourced) and all(each.checked for each in self.sourced)

    def shows_itself(self, usb: str | None, interface: Interface) -> bool:
        return any((each.id, each.interface) == (usb, interface) for each in self.usb)


def read_profile(path: Path) -> Profile:
    """The profile in a file; ProfileError."""
    try:
        profile = convert(tomllib.loads(path.read_text("utf-8")), Profile)
    except OSError as error:
        raise ProfileError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, ValidationError) as error:
        raise ProfileError(f"{path} is no scanner profile: {error}") from error
    if profile.name != path.stem:
        raise ProfileError(f"{path} says name = {profile.name!r}; it should be the file's name")
    for field, says, allowed in misfits_of_reading(profile.settings):
        raise ProfileError(f"{path} says {field} {says}; it should be {allowed}")
    return profile


def all_profiles() -> tuple[Profile, ...]:
    """Every profile there is, by name; ProfileError."""
    return tuple(read_profile(path) for path in sorted(_folder().glob("*.toml")))


def profile_of(model: str) -> Profile:
    """By its profile's name, else by the model's own, in capitals or not. ProfileError: none, or several."""
    named = [each for each in all_profiles() if each.name == model]
    found = named or [each for each in all_profiles() if model.lower() in map(str.lower, each.models)]
    if len(found) != 1:
        which = f": {', '.join(each.name for each in found)}" if found else ""
        raise ProfileError(
            f"{len(found) or 'no'} scanner profiles have the name or model {model!r}{which}; "
            "`doorward-edge scanners --profiles` lists them"
        )
    return found[0]


@cache
def profile_named(name: str) -> Profile:
    """ProfileError: there is none of that name. Read once, so that a change of configuration which was tested with
    it goes on with it."""
    path = _folder() / f"{name}.toml"
    if not path.exists():
        raise ProfileError(f"no scanner profile is named {name!r}; `doorward-edge scanners --profiles` lists them")
    return read_profile(path)


def settings_for(reader: Scanner) -> ScannerSettings:
    """`reader` and the profile that it names, put together. ProfileError: it is not there, or another kind's."""
    if reader.profile is None:
        return settings_of(reader)
    profile = profile_named(reader.profile)
    interface = Interface.KEYBOARD if reader.is_keyboard else Interface.SERIAL
    if interface not in profile.interfaces:
        raise ProfileError(f"{profile.name} is no profile of a scanner that is a {_KINDS[interface]}")
    return settings_of(reader, profile.settings, bytes.fromhex(profile.settings.init))


def settings_at_hand(reader: Scanner) -> ScannerSettings:
    """As `settings_for`; without a profile that cannot be had, by what the section says and the defaults."""
    try:
        return settings_for(reader)
    except ProfileError:
        return settings_of(reader)


def fitting(profiles: Iterable[Profile], usb: str, says: str, interface: Interface) -> tuple[Profile, ...]:
    """The profiles of a device, by its VENDOR:PRODUCT and by what its USB strings say: several, where a maker
    gives all its models one id; the generic one where nobody knows it."""
    known = [profile for profile in profiles if interface in profile.interfaces]
    by_name = [each for each in known if any(model.lower() in says.lower() for model in each.models)]
    by_id = [each for each in known if each.shows_itself(usb, interface)]
    generic = [each for each in known if each.name == f"generic-{interface}"]
    return tuple([each for each in by_name if each in by_id] or by_name or by_id or generic)


def _folder() -> Path:
    try:
        return firmware_config() / FOLDER
    except FirmwareConfigError as error:
        raise ProfileError(str(error)) from error
