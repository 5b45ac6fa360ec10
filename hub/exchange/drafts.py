"""What one row of a file comes to: new, changed, unchanged or wrong, and why. Nothing here writes anything."""

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.utils.translation import gettext as _

from hub.exchange.resources import EXTERNAL_ID, NUMBER, Columns
from hub.members.models import Company, Link

EXTRA: Final = "+"
"""Under this name a row has cells that the header has no name for."""


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True)
class Row:
    """`cells`: what is not empty, by the names of columns; None: it is to be cleared. `repeats`: the line of an
    earlier row that is about the same thing, by what stands in the column `repeated`."""

    line: int
    cells: dict[str, str | None] = field(repr=False)
    repeats: int = 0
    repeated: str = ""

    def text(self, column: str) -> str:
        return self.cells.get(column) or ""


@dataclass
class Draft:
    """`changes`: by column, what was and what is to be, as export writes it. `errors`: by column. Of a customer,
    which companies they join, which links go, and which cards they carry."""

    row: Row
    thing: Any = None
    is_new: bool = False
    before: dict[str, str] = field(default_factory=dict)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    joins: list[Company] = field(default_factory=list)
    leaves: list[Link] = field(default_factory=list)
    carries: list[str] = field(default_factory=list, repr=False)

    @property
    def outcome(self) -> Outcome:
        if self.errors:
            return Outcome.WRONG
        if self.is_new:
            return Outcome.NEW
        return Outcome.CHANGED if self.changes else Outcome.UNCHANGED

    def wrong(self, column: str, error: ValidationError | str) -> None:
        texts = error.messages if isinstance(error, ValidationError) else [error]
        self.errors += [(column, text) for text in texts]


def begin(rows: Iterable[Row]) -> list[Draft]:
    drafts = [Draft(row) for row in rows]
    for draft in drafts:
        if draft.row.repeats:
            text = _("Line %(line)d is about the same one: keep one of both.") % {"line": draft.row.repeats}
            draft.wrong(draft.row.repeated, text)
        if EXTRA in draft.row.cells:
            draft.wrong(
                "", _("There are more cells than columns: put a text with a separator in quotation marks.")
            )
    return drafts


def fill(draft: Draft, columns: Columns, finish: Callable[[Any], Any] = lambda thing: thing) -> None:
    """Sets the thing's own fields to what the row says, checks them, and notes what differs. `finish`: what
    follows from other fields."""
    if draft.errors or draft.thing is None:
        return
    own = columns.own()
    draft.before = dict.fromkeys(own, "") if draft.is_new else columns.texts(draft.thing, own)
    for name in own:
        if name in draft.row.cells:
            _set(draft, columns, name)
    finish(draft.thing)
    after = columns.texts(draft.thing, own)
    draft.changes |= {name: (draft.before[name], after[name]) for name in own if draft.before[name] != after[name]}
    _check(draft, columns)


def _set(draft: Draft, columns: Columns, name: str) -> None:
    of_column = columns.fields[name]
    try:
        value = of_column.clean(draft.row.cells)
    except ValidationError as error:
        draft.wrong(name, error)
        return
    # What reads the same is left alone, as a name with a space at its end that no file can have.
    if draft.is_new or of_column.widget.render(value) != draft.before[name]:
        setattr(draft.thing, of_column.attribute, value)


def _check(draft: Draft, columns: Columns) -> None:
    references = {each.name for each in draft.thing._meta.fields if isinstance(each, ForeignKey)}
    names = {each.attribute: name for name, each in columns.fields.items()}
    wrong_already = {columns.fields[name].attribute for name, _text in draft.errors if name in columns.fields}
    try:
        draft.thing.clean_fields(exclude=references | wrong_already)
    except ValidationError as error:
        for attribute, errors in error.error_dict.items():
            draft.wrong(names.get(attribute, attribute), ValidationError(errors))


def find(draft: Draft, known: Any) -> Any:
    """By number, else by external id. What has this external id already but is not meant is an error."""
    row = draft.row
    by_external_id = known.with_external_id(row.text(EXTERNAL_ID))
    if row.text(NUMBER):
        found = known.with_number(int(row.text(NUMBER))) if is_number(row.text(NUMBER)) else None
        if found is None:
            draft.wrong(NUMBER, _("There is none with this number here: leave the cell empty."))
        elif by_external_id is not None and by_external_id.pk != found.pk:
            draft.wrong(EXTERNAL_ID, _("Number %(number)d has it already.") % {"number": by_external_id.pk})
        return copy(found)
    return copy(by_external_id)


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18
