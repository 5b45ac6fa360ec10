"""`doorward-edge scanners` and `doorward-edge setup-sheet`: for whoever plugs a scanner in and sets it up.

Owns what they print. What is plugged in, what profiles say and what a scan shows is edge/scanners' to know.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from contract.scanner_configuration import Parity, Scanner, misfits_of_scanner
from edge.clock import SystemClock
from edge.scanners.device_reader import CannotOpen
from edge.scanners.devices import Plugged, plugged_in, why_not_opened
from edge.scanners.keyboard.errors import KeyboardError
from edge.scanners.listening import listen
from edge.scanners.live import LiveScan, fixes, lines_of_configuration, shown
from edge.scanners.profiles import (
    Profile,
    ProfileError,
    Sourced,
    all_profiles,
    fitting,
    profile_of,
    settings_for,
)
from edge.scanners.settings import ScannerSettings

_NOT_CHECKED: Final = "not checked"


class ScannerCommandError(Exception):
    """What was asked for cannot be done; the text says why and what to do."""


def add_scanner_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`scanners` and `setup-sheet`, each with what runs it as `run`."""
    scanners = commands.add_parser("scanners", help="list what is plugged in, or show what a scanner sends")
    scanners.add_argument("--profiles", action="store_true", help="list the scanner models that are known")
    scanners.add_argument(
        "--live",
        nargs="?",
        const="",
        metavar="DEVICE",
        help="show each scan byte by byte, and what to fix; DEVICE as in edge.toml, or the only one there is",
    )
    scanners.add_argument("--profile", metavar="NAME", help="with --live: read it as this profile says")
    scanners.add_argument("--baud", type=int, metavar="N", help="with --live: bits per second of a serial port")
    parities = [each.value for each in Parity]
    scanners.add_argument("--parity", choices=parities, help="with --live: of a serial port")
    scanners.add_argument("--layout", metavar="NAME", help="with --live: the keyboard layout it types by")
    for root in ("sys", "dev"):
        scanners.add_argument(f"--{root}", type=Path, default=Path("/", root), help=argparse.SUPPRESS)
    sheet = commands.add_parser("setup-sheet", help="print what sets a scanner model up")
    sheet.add_argument("model", metavar="MODEL", help="as `doorward-edge scanners --profiles` lists it")


def scanners(asked: argparse.Namespace) -> None:
    """ScannerCommandError."""
    try:
        if asked.live is not None:
            _show_live(asked)
        else:
            _print(_profiles_told() if asked.profiles else _plugged_told(plugged_in(asked.sys, asked.dev)))
    except (ProfileError, CannotOpen, KeyboardError) as error:
        raise ScannerCommandError(str(error)) from error


def setup_sheet(asked: argparse.Namespace) -> None:
    """ScannerCommandError."""
    try:
        _print(_sheet(profile_of(asked.model)))
    except ProfileError as error:
        raise ScannerCommandError(str(error)) from error


def _print(lines: Iterator[str]) -> None:
    try:
        for line in lines:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has seen enough (`| head`); nor shall the end of the process complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# What is plugged in


def _plugged_told(plugged: list[Plugged]) -> Iterator[str]:
    if not plugged:
        yield "Nothing is plugged in that could be a scanner: no serial port and no keyboard."
    for each in plugged:
        yield f"{each.interface.value.capitalize()}: {each.says or 'it does not say what it is'}"
        device = each.device(plugged)
        yield f'  device = "{device}"'
        yield from (f"  also {path}" for path in (*each.links, each.node) if str(path) != device)
        if each.usb:
            yield f"  USB {each.usb}, serial number {each.serial or 'none'}, port {each.usb_port}"
        yield f"  {_profile_told(each)}"
        yield f"  {why_not_opened(each) or 'this user may open it'}"


def _profile_told(plugged: Plugged) -> str:
    try:
        fit = fitting(all_profiles(), plugged.usb, plugged.says, plugged.interface)
    except ProfileError as error:
        return f"profiles cannot be read: {error}"
    return f"profile {' or '.join(profile.name for profile in fit)}"


# Profiles


def _profiles_told() -> Iterator[str]:
    for profile in all_profiles():
        interfaces = " or ".join(each.value for each in profile.interfaces)
        checked = "" if profile.is_checked else f" ({_NOT_CHECKED}, or not all of it)"
        yield f"{profile.name}: {', '.join(profile.models)}; {interfaces}{checked}"
        yield from (f"  USB {each.id} as {each.interface.value} {_from(each)}" for each in profile.usb)
        yield from (f"  {fact.says} {_from(fact)}" for fact in profile.facts)


def _from(fact: Sourced) -> str:
    return f"[{fact.source}]" if fact.checked else f"[{_NOT_CHECKED}{': ' * bool(fact.source)}{fact.source}]"


def _sheet(profile: Profile) -> Iterator[str]:
    yield f"Setting up {' or '.join(profile.models)}"
    yield profile.setup.how
    if not profile.setup.codes:
        yield "There are no codes to print: no source gives the text that this model's setup codes hold."
        return
    yield "Print each text as a Code 128 or QR code (any label printer or generator), and scan it:"
    for code in profile.setup.codes:
        yield f"  {code.text}  {code.does} {_from(code)}"


# Live


def _show_live(asked: argparse.Namespace) -> None:
    device = asked.live or _only_device(plugged_in(asked.sys, asked.dev))
    section = _section(asked, device)
    settings = settings_for(section)
    heard = listen(settings, SystemClock())
    pace = f"{settings.baud} bit/s, parity {settings.parity}"
    kind = f"keyboard, layout {settings.layout}" if settings.is_keyboard else f"serial port, {pace}"
    sys.stdout.write(f"Listening to {device} ({kind}). Scan a card; Ctrl-C ends.\n")
    sys.stdout.flush()
    try:
        for scan, layouts in heard:
            _print(_scan_told(scan, section, settings, layouts))
    except KeyboardInterrupt:
        return
    raise ScannerCommandError(f"{device} is gone: it was unplugged")


def _scan_told(scan: LiveScan, section: Scanner, settings: ScannerSettings, layouts: list[str]) -> Iterator[str]:
    yield "Scan"
    yield from shown(scan)
    to_fix = fixes(scan, settings, layouts)
    yield from (f"  To fix: {each}" for each in to_fix) if to_fix else ("  Right: a Doorward code, as it is.",)
    yield "  For edge.toml:"
    yield from (f"    {line}" for line in lines_of_configuration(scan, section, settings, layouts))


def _only_device(plugged: list[Plugged]) -> str:
    devices = [each.device(plugged) for each in plugged]
    if len(devices) != 1:
        known = "; there are " + ", ".join(devices) if devices else ": nothing is plugged in"
        raise ScannerCommandError(f"say which: doorward-edge scanners --live DEVICE{known}")
    return devices[0]


def _section(asked: argparse.Namespace, device: str) -> Scanner:
    parity = None if asked.parity is None else Parity(asked.parity)
    section = Scanner(device=device, profile=asked.profile, baud=asked.baud, parity=parity, layout=asked.layout)
    for field, says, allowed in misfits_of_scanner(section):
        raise ScannerCommandError(f"{field} {says}; it should be {allowed}")
    return section
