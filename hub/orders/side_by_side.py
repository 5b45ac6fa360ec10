"""Two texts beside each other, line by line, with what differs. Pure."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple


class Pair(NamedTuple):
    """`kind`: same, changed, removed or added. Of a line that is not there number and text are None."""

    kind: str
    old_number: int | None
    old: str | None
    new_number: int | None
    new: str | None


_KINDS = {"equal": "same", "replace": "changed", "delete": "removed", "insert": "added"}


def side_by_side(old: str, new: str) -> list[Pair]:
    return list(_pairs(old.splitlines(), new.splitlines()))


def _pairs(old: list[str], new: list[str]) -> Iterator[Pair]:
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for left, right in zip_longest(range(old_from, old_to), range(new_from, new_to)):
            kind = _KINDS[tag]
            if kind == "changed" and (left is None or right is None):
                kind = "added" if left is None else "removed"
            yield Pair(
                kind,
                None if left is None else left + 1,
                None if left is None else old[left],
                None if right is None else right + 1,
                None if right is None else new[right],
            )
