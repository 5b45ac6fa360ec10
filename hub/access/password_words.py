"""Words that a password may not be made of: those that anybody tries first at this very hub.

The organization's name and what this is called. Beside a word or two more they do no harm: what is left without
them, and without digits and signs, has to be of some letters.
"""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from hub.organization.queries import organization

WORDS: Final = (
    *("doorward", "password", "passwort", "member", "mitglied"),
    *("karte", "card", "admin", "owner", "club"),
)
LETTERS_LEFT_MIN: Final = 4
_WORD_LETTERS_MIN: Final = 3


class HouseWords:
    """For AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: object = None) -> None:
        """ValidationError: little but such words."""
        if len(_left_of(password.casefold(), _names())) < LETTERS_LEFT_MIN <= _letters_in(password):
            raise ValidationError(self.get_help_text(), code="password_house_words")

    def get_help_text(self) -> str:
        return _("It is our name, or words as “member”, with digits: add words that only you know.")


def _names() -> list[str]:
    """The longest first: of two that overlap it is taken whole."""
    names = re.findall(r"[^\W\d_]+", organization().name.casefold())
    return sorted({*WORDS, *(each for each in names if len(each) >= _WORD_LETTERS_MIN)}, key=len, reverse=True)


def _left_of(text: str, words: list[str]) -> str:
    for word in words:
        text = text.replace(word, " ")
    return re.sub(r"[\W\d_]", "", text)


def _letters_in(password: str) -> int:
    return len(re.sub(r"[\W\d_]", "", password))
