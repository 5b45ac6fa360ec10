"""From a file's bytes to rows of cells: encoding, separator, header, quotes. Knows nothing of what a column means.

Read as a stream: a file of any size takes the same memory. Unreadable says what is wrong and what to do.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from django.utils.translation import gettext as _

from hub.errors import HubError

BYTES_MAX: Final = 100_000_000
ROWS_MAX: Final = 1_000_000
CELL_LETTERS_MAX: Final = 10_000
SEPARATORS: Final = (",", ";", "\t")
_CHUNK: Final = 1 << 20
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_ENCODINGS: Final = ("utf-8", "cp1252")
_EXCEL_HINT: Final = re.compile(r"sep=(.)\s*", re.IGNORECASE)


class Unreadable(HubError):
    """The file as a whole cannot be taken; nothing was changed."""


@dataclass(frozen=True)
class Form:
    """How a file is written. `guessed`: its encoding is a guess, which people are told."""

    encoding: str
    separator: str
    header: tuple[str, ...]
    guessed: bool = False


@dataclass(frozen=True)
class Line:
    """One row; `number` is that of its first line in the file, as editors count."""

    number: int
    cells: tuple[str, ...]


def check_size(size: int) -> None:
    if size > BYTES_MAX:
        raise Unreadable(
            _("The file has %(size)d MB, and at most %(most)d MB are taken: split it into several.")
            % {"size": -(-size // 1_000_000), "most": BYTES_MAX // 1_000_000}
        )
    if not size:
        raise Unreadable(_("The file is empty."))


def form_of(file: IO[bytes], known: Sequence[str]) -> Form:
    """`known`: names of columns, folded (`folded_name`); the separator that shows most of them is its own."""
    encoding = _encoding_of(file)
    with _opened(file, encoding) as text:
        first = text.readline(CELL_LETTERS_MAX)
        hint = _EXCEL_HINT.fullmatch(first)
        line = text.readline(CELL_LETTERS_MAX) if hint else first
    separators = (hint[1],) if hint else SEPARATORS
    headers = {each: _header(line, each) for each in separators}
    best = max(separators, key=lambda each: sum(folded_name(name) in known for name in headers[each]))
    return Form(encoding, best, headers[best], encoding == "cp1252")


def lines_of(file: IO[bytes], form: Form) -> Iterator[Line]:
    """What comes below the header; empty rows are left out. Unreadable: at the row where it is."""
    with _opened(file, form.encoding) as text:
        reader = csv.reader(text, delimiter=form.separator, strict=True)
        csv.field_size_limit(CELL_LETTERS_MAX)
        try:
            if _EXCEL_HINT.fullmatch(form.separator.join(next(reader))):
                next(reader)
            yield from _below(reader)
        except csv.Error as error:
            raise Unreadable(
                _("Line %(line)d cannot be read (%(why)s): look for a quotation mark too many or too few.")
                % {"line": reader.line_num, "why": error}
            ) from error


def folded_name(name: str) -> str:
    """As columns are compared: without case, spaces and hyphens."""
    return re.sub(r"[\s_\-]+", "", name.strip().casefold())


def _below(reader: "csv._reader") -> Iterator[Line]:  # type: ignore[name-defined]
    count, begins_at = 0, reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            count += 1
            if count > ROWS_MAX:
                raise Unreadable(
                    _("The file has more than %(most)s rows: split it into several.") % {"most": f"{ROWS_MAX:,}"}
                )
            yield Line(begins_at, tuple(cells))
        begins_at = reader.line_num + 1


def _header(line: str, separator: str) -> tuple[str, ...]:
    try:
        return tuple(name.strip() for name in next(csv.reader([line], delimiter=separator), []))
    except csv.Error:
        return ()


def _encoding_of(file: IO[bytes]) -> str:
    file.seek(0)
    start = file.read(4)
    if start.startswith(b"PK\x03\x04"):
        raise Unreadable(_("This is a workbook, not a CSV file: save it as “CSV UTF-8” and choose that file."))
    marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)
    for encoding in (marked,) if marked else _ENCODINGS:
        if _is_all(file, encoding):
            return encoding
    raise Unreadable(_("The file is neither UTF-8 nor Windows-1252: save it as “CSV UTF-8”."))


def _is_all(file: IO[bytes], encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            _check_text(decoder.decode(chunk))
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _check_text(text: str) -> None:
    if "\0" in text:
        raise Unreadable(_("The file has NUL bytes in it: it is no CSV file, or a damaged one."))


class _opened:
    """As text, from the beginning; the file stays open afterwards."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        file.seek(0)
        self._text = io.TextIOWrapper(file, encoding, newline="")

    def __enter__(self) -> io.TextIOWrapper:
        return self._text

    def __exit__(self, *_error: object) -> None:
        self._text.detach()
