"""An edge's configuration: what edge.toml and the hub may say, and what is wrong with one that does not fit.

One whole document, the same on both sides, so that the hub refuses what the edge would refuse. Pure: text or a
document in, a Configuration or a ConfigurationError out. Knows no files; whether a port or a pin exists on this
machine shows when it is opened.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Final

from msgspec import Meta, Struct, ValidationError, convert

from contract.errors import ContractError
from contract.messages import READERS_MAX
from contract.reader_configuration import ALLOWED, NUMBERS, Reader, ReaderKind, misfits
from contract.topics import NAME_PATTERN, Slug

__all__ = [
    "Broker",
    "Configuration",
    "ConfigurationError",
    "Hardware",
    "PinFactory",
    "Reader",
    "ReaderKind",
    "Screen",
    "document_of",
    "parse_configuration",
    "place_of",
    "read_document",
]

_SHOWN_LETTERS_MAX: Final = 100

_PLACE_OF_ERROR: Final = re.compile(r"(?s)(.*?)(?: - at `(?:key in )?\$\.?(.*)`)?")
_MISSING_FIELD: Final = re.compile(r"Object missing required field `(.*)`")
_READER_OF_PATH: Final = re.compile(r"readers\[\d+\]")
_NAME: Final = re.compile(NAME_PATTERN)
_STEP_OF_PATH: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_WORD: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


_LABEL: Final = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST: Final = (
    rf"^(?:{_LABEL}(?:\.{_LABEL})*\.?|[0-9A-Fa-f:]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9_.-]{{1,15}})?)\Z"
)
"""Names as resolvers take them (RFC 1123, and _ as many networks have it), and IPv4 and IPv6 addresses."""


class ConfigurationError(ContractError):
    """Configuration that cannot be used: names the field, what it says, and what is allowed."""

    def __init__(self, field: str, says: str, allowed: str) -> None:
        self.field: Final = field
        super().__init__(f"{field} {says}; it should be {allowed}" if allowed else f"{field} {says}")


class PinFactory(StrEnum):
    LGPIO = "lgpio"
    MOCK = "mock"


class Broker(Struct, frozen=True, forbid_unknown_fields=True):
    """Another broker than the one that enrolment named. `tls`: with the certificates of enrolment."""

    host: Annotated[str, Meta(min_length=1, max_length=253, pattern=_HOST)]
    port: Annotated[int, Meta(ge=1, le=65_535)] = 8883
    tls: bool = True


class Hardware(Struct, frozen=True, forbid_unknown_fields=True):
    """`mock` has no pins at all. There is no default: a door that moves nothing must have been asked for.

    `chip` is the label of the GPIO chip (None: as the board has it, or found); `board` and `relay_board` name
    boards that the edge knows: what their pins leave at boot, and the level at which a relay is on.
    """

    pin_factory: PinFactory
    chip: Annotated[str, Meta(min_length=1, max_length=32)] | None = None
    board: Slug | None = None
    relay_board: Slug | None = None


class Screen(Struct, frozen=True, forbid_unknown_fields=True):
    """Each counter has a page for a screen of its own, at http://127.0.0.1:PORT/NAME."""

    port: Annotated[int, Meta(ge=1024, le=65_535)] = 8070


class Configuration(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`edge`, `feed` and `broker`: None where enrolment said them. `site`: where the edge stands, by its name at
    the hub; None: hours and calendar days count in UTC.
    """

    edge: Slug | None = None
    feed: Slug | None = None
    site: Slug | None = None
    broker: Broker | None = None
    hardware: Hardware
    screen: Screen | None = None
    readers: Annotated[tuple[Reader, ...], Meta(min_length=1, max_length=READERS_MAX)]


ALLOWED_BY_FIELD: Final = {
    **ALLOWED,
    "edge": ALLOWED["name"],
    "feed": ALLOWED["name"],
    "site": f"a site's name at the hub, {ALLOWED['name']}",
    "broker": "a section with host, port and tls",
    "hardware": "a section with pin_factory",
    "screen": "a section with port",
    "readers": f"1 to {READERS_MAX} [[readers]] sections",
    "host": "a host name or an address, without a scheme or a port",
    "port": "a TCP port, 1 to 65535 (a screen's: from 1024)",
    "tls": "true or false, without quotes",
    "pin_factory": '"lgpio" (a Raspberry Pi\'s pins) or "mock" (no pins at all)',
    "chip": 'the label of a GPIO chip, as `gpiodetect` lists it: "pinctrl-bcm2711", "pinctrl-rp1"',
    "board": "a board's name (firmware_config/boards)",
    "relay_board": "a relay board's name (firmware_config/boards)",
}
_NUMBERS: Final = ("port", *NUMBERS)
_SECTIONS: Final[dict[str, type[Struct]]] = {
    "": Configuration,
    "broker": Broker,
    "hardware": Hardware,
    "screen": Screen,
    "readers": Reader,
}
_PLACES: Final = {
    "": "at the top, above the first section",
    "broker": "in [broker]",
    "hardware": "in [hardware]",
    "screen": "in [screen]",
    "readers": "in a [[readers]] section",
}


def parse_configuration(text: str) -> Configuration:
    """The configuration in the text of an edge.toml, or ConfigurationError for the first field that is wrong."""
    return read_document(document_of(text))


def document_of(text: str) -> dict[str, Any]:
    """What the text of an edge.toml says, as it travels; ConfigurationError where it is no TOML."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError("the text", f"is no TOML: {error}", "") from error


def read_document(document: dict[str, Any]) -> Configuration:
    """The configuration in a document, or ConfigurationError for the first field that is wrong."""
    try:
        configuration = convert(document, Configuration)
    except ValidationError as error:
        raise _misfit(str(error), document) from error
    for rule in (_readers_fit, _schedules_have_a_zone, _other_doors_are_there, _nothing_is_named_twice):
        rule(configuration)
    return configuration


def place_of(index: int, reader: Reader, field: str | None = None) -> str:
    """Where a reader's section, or a field of it, stands, as errors say it."""
    place = f'readers[{index}] ("{reader.name}")'
    return place if field is None else f"{place}.{field}"


def _misfit(text: str, document: dict[str, object]) -> ConfigurationError:
    """msgspec's error in our words: it names the place, but neither the value nor, for some, the field.

    Unknown words are looked for first: in its text nothing tells them from what it says itself.
    """
    unknown = next(_unknown_words(document), None)
    if unknown is not None:
        return unknown
    matched = _PLACE_OF_ERROR.fullmatch(text)
    assert matched is not None
    what, path = matched.group(1), matched.group(2) or ""
    place = _named_place(path, document)
    if missing := _MISSING_FIELD.fullmatch(what):
        field = missing.group(1)
        return ConfigurationError(f"{place}.{field}" if place else field, "is missing", ALLOWED_BY_FIELD[field])
    *_, field = [match.group(2) for match in _STEP_OF_PATH.finditer(path) if match.group(2)]
    value = _value_at(path, document)
    quoted_number = field in _NUMBERS and isinstance(value, str)
    allowed = f"a number, without quotes: {ALLOWED_BY_FIELD[field]}" if quoted_number else ALLOWED_BY_FIELD[field]
    return ConfigurationError(place, f"is {_shown(value)}", allowed)


def _unknown_words(document: dict[str, Any]) -> Iterator[ConfigurationError]:
    for section, kind in _SECTIONS.items():
        said = document.get(section) if section else document
        for index, each in enumerate(said if isinstance(said, list) else [said]):
            place = f"{section}[{index}]" if isinstance(said, list) else section
            words = each if isinstance(each, dict) else {}
            for word in [str(word) for word in words if word not in kind.__struct_fields__]:
                yield _unknown(_named_place(place, document), word, section)


def _unknown(place: str, word: str, section: str) -> ConfigurationError:
    """The word may belong into another section, or be a slip for one that is known in this one."""
    shown = word if _WORD.fullmatch(word) else _shown(word)
    whole = f"{place}.{shown}" if place else shown
    for name, kind in _SECTIONS.items():
        if word in kind.__struct_fields__:
            return ConfigurationError(whole, "does not belong there", _PLACES[name])
    known = _SECTIONS[section].__struct_fields__
    near = get_close_matches(word.lower().replace("-", "_"), known, 1)
    says = f"is not known (did you mean {near[0]}?)" if near else "is not known"
    return ConfigurationError(whole, says, f"one of {', '.join(known)}")


def _named_place(path: str, document: dict[str, object]) -> str:
    """`path`; where it leads into a reader that has a name, with the name."""
    matched = _READER_OF_PATH.match(path)
    if matched is None:
        return path
    reader = _value_at(matched.group(), document)
    name = reader.get("name") if isinstance(reader, dict) else None
    known = isinstance(name, str) and _NAME.fullmatch(name)
    return f'{matched.group()} ("{name}"){path[matched.end() :]}' if known else path


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_LETTERS_MAX else text[:_SHOWN_LETTERS_MAX] + "…"


def _value_at(path: str, document: Any) -> object:
    value = document
    for match in _STEP_OF_PATH.finditer(path):
        index, field = match.groups()
        value = value[field] if index is None else value[int(index)]
    return value


def _readers_fit(configuration: Configuration) -> None:
    for place, reader in _places(configuration):
        for field, says, allowed in misfits(reader):
            raise ConfigurationError(f"{place}.{field}", says, allowed)


def _schedules_have_a_zone(configuration: Configuration) -> None:
    for place, reader in _places(configuration):
        if reader.unlocked_schedule is not None and configuration.site is None:
            why = f"there for {place}.unlocked_schedule, whose hours are those of the site's time zone"
            raise ConfigurationError("site", "is missing", f"{why}: {ALLOWED_BY_FIELD['site']}")


def _other_doors_are_there(configuration: Configuration) -> None:
    """A door waits for one that tells whether it is shut; a reader opens one that has a relay."""
    for field, needed in (("interlock", "contact_pin"), ("door", "relay_pin")):
        known = {reader.name for reader in configuration.readers if getattr(reader, needed) is not None}
        for place, reader in _places(configuration):
            if (name := getattr(reader, field)) is not None and name not in known:
                raise ConfigurationError(f"{place}.{field}", f'is "{name}"', ALLOWED_BY_FIELD[field])


def _nothing_is_named_twice(configuration: Configuration) -> None:
    _each_once(configuration, lambda reader: {"name": reader.name})
    _each_once(configuration, lambda reader: {"device": reader.device})
    _each_once(configuration, lambda reader: reader.pins)


def _each_once(configuration: Configuration, claims: Callable[[Reader], dict[str, str] | dict[str, int]]) -> None:
    taken: dict[object, str] = {}
    for place, reader in _places(configuration):
        for field, value in claims(reader).items():
            if value in taken:
                raise ConfigurationError(f"{place}.{field}", f"is {value!r}", f"another than {taken[value]}'s")
            taken[value] = f"{place}.{field}"


def _places(configuration: Configuration) -> Iterator[tuple[str, Reader]]:
    for index, reader in enumerate(configuration.readers):
        yield place_of(index, reader), reader
