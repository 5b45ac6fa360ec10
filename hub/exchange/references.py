"""How a row names another thing: by its external id, or by the hub's own number, as in #12.

Many at once: what a piece of rows names is found in one question for each kind.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from hub.exchange.cells import BETWEEN
from hub.exchange.widgets import NotUnderstood

_NUMBER: Final = re.compile(r"#(\d{1,18})")
_SHOWN_MAX: Final = 80


class NotThere(NotUnderstood):
    """Nothing is called like that."""


def reference_to(thing: Any) -> str:
    """What finds it again, and nothing else."""
    text = thing.external_id or ""
    is_clear = text and text == text.strip() and BETWEEN not in text and not _NUMBER.fullmatch(text)
    return text if is_clear else f"#{thing.pk}"


class Known:
    """The things of one kind that some texts name."""

    def __init__(self, things: QuerySet[Any], texts: Iterable[str], other_field: str = "") -> None:
        """`other_field`: by which they are found, too, where it names one alone (an email in any case, a name)."""
        wanted = set(filter(None, texts))
        numbers = [int(found[1]) for text in wanted if (found := _NUMBER.fullmatch(text))]
        asked = Q(pk__in=numbers) | Q(external_id__in=wanted)
        self._by_other: dict[str, list[Model]] = {}
        self._folds = other_field == "email"
        if self._folds:
            # No index knows a text without its case but that of lower(email), which __in on it uses.
            asked |= Q(email_lower__in=[text.lower() for text in wanted if "@" in text])
        elif other_field:
            asked |= Q(**{f"{other_field}__in": wanted})
        found = list(things.filter(asked)) if wanted else []
        self._by_number = {each.pk: each for each in found}
        self._by_external_id = {each.external_id: each for each in found if each.external_id}
        for each in found if other_field else ():
            self._by_other.setdefault(self._fold(getattr(each, other_field)), []).append(each)

    def named(self, text: str) -> Any:
        """NotUnderstood: there is none, or several."""
        number = _NUMBER.fullmatch(text)
        thing = self._by_number.get(int(number[1])) if number else self._by_external_id.get(text)
        others = self._by_other.get(self._fold(text), [])
        if thing is None and len(others) == 1:
            return others[0]
        if thing is None and others:
            raise NotUnderstood(_("There are several like this: use the external id."))
        if thing is None:
            raise NotThere(
                _("There is no “%(text)s”: import it first, or correct it here.") % {"text": text[:_SHOWN_MAX]}
            )
        return thing

    def with_external_id(self, text: str) -> Any:
        return self._by_external_id.get(text)

    def with_number(self, number: int) -> Any:
        return self._by_number.get(number)

    def others(self, text: str) -> list[Any]:
        return self._by_other.get(self._fold(text), [])

    def _fold(self, text: str) -> str:
        return text.lower() if self._folds else text
