"""A text that is marked to be translated. Knows neither where texts come from nor how catalogues are written."""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple


class Key(NamedTuple):
    """What gettext looks a text up by. `plural` is no part of that, but goes along."""

    context: str
    text: str


@dataclass(frozen=True)
class Message:
    """`plural` empty: there is one form. `said`: the translation, one for each plural form; empty: none yet."""

    key: Key
    plural: str = ""
    places: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return len(self.said) == (2 if self.plural else 1) and all(self.said)


_PLACEHOLDER: Final = re.compile(r"%(?:\((\w+)\))?[sd%]|\{(\w*)[^{}]*\}")


def placeholders(text: str) -> list[str]:
    """What is filled in later, in the order of the alphabet: the same in every language."""
    return sorted(found[0] for found in _PLACEHOLDER.finditer(text))
