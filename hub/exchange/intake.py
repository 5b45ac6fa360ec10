"""From a file to sealed pieces of rows: which column is which, and which rows are about the same thing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from hub.exchange.cells import CLEAR, unescaped
from hub.exchange.drafts import EXTRA, Row
from hub.exchange.kinds import PIECE_ROWS, Kind, Mark
from hub.exchange.reading import Form, Line, Unreadable, folded_name, form_of, lines_of
from hub.exchange.resources import ALIASES

Packed = list[object]


@dataclass(frozen=True)
class Taken:
    """`columns`: for each cell of a row the column that it is, or nothing where it is not taken over."""

    form: Form
    columns: tuple[str, ...]
    ignored: tuple[str, ...]


def look_at(file: IO[bytes], kind: Kind) -> Taken:
    """Unreadable: no column is ours, or two are the same."""
    ours = {folded_name(name): name for name in kind.columns.fields}
    ours |= {alias: name for alias, name in ALIASES.items() if name in kind.columns.fields}
    form = form_of(file, list(ours))
    columns = tuple(ours.get(folded_name(name), "") for name in form.header)
    found = [name for name in columns if name]
    if not found:
        raise Unreadable(
            _("No column is known. The first line has to name them: %(names)s.")
            % {"names": ", ".join(kind.columns.fields)}
        )
    for name in found:
        if found.count(name) > 1:
            raise Unreadable(_("Two columns are called %(name)s: leave one of them out.") % {"name": name})
    ignored = (name for name, ours_is in zip(form.header, columns, strict=True) if name and not ours_is)
    return Taken(form, columns, tuple(ignored))


def pieces_of(file: IO[bytes], taken: Taken, kind: Kind) -> Iterator[list[Packed]]:
    """Unreadable: at the row where it is."""
    marks = Marks()
    piece: list[Packed] = []
    for line in lines_of(file, taken.form):
        row = _row(line, taken.columns)
        piece.append([row.line, row.cells, *marks.before(row, kind)])
        if len(piece) == PIECE_ROWS:
            yield piece
            piece = []
    if piece:
        yield piece


def unpacked(piece: Iterable[Packed]) -> list[Row]:
    return [Row(*each) for each in piece]  # type: ignore[arg-type]


class Marks:
    """Which line was about what. By hashes: a million rows take some 100 MB."""

    def __init__(self) -> None:
        self._claimed: dict[int, int] = {}
        self._had: dict[int, int] = {}

    def before(self, row: Row, kind: Kind) -> tuple[int, str]:
        """The line of an earlier row about the same thing, and the column that says so; or 0."""
        claims, has = kind.marks(row)
        before = [(self._claimed.get(hash(each), 0), each[0]) for each in (*claims, *has)]
        before += [(self._had.get(hash(each), 0), each[0]) for each in claims]
        self._note(self._claimed, claims, row.line)
        self._note(self._had, has, row.line)
        return next((each for each in before if each[0]), (0, ""))

    @staticmethod
    def _note(lines: dict[int, int], marks: Iterable[Mark], line: int) -> None:
        for each in marks:
            lines.setdefault(hash(each), line)


def _row(line: Line, columns: tuple[str, ...]) -> Row:
    cells: dict[str, str | None] = {}
    for name, cell in zip(columns, line.cells, strict=False):
        text = cell.strip()
        if name and text:
            cells[name] = None if text == CLEAR else unescaped(text)
    if any(cell.strip() for cell in line.cells[len(columns) :]):
        cells[EXTRA] = ""
    return Row(line.number, cells)
