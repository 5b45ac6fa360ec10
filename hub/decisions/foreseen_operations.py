"""A change of plans that is made only as it was foreseen: looked at once more in the transaction that makes it."""

from collections.abc import Callable
from hmac import compare_digest
from typing import TypeVar

from django.utils.translation import gettext as _

from hub.decisions.foreseen import Foreseen
from hub.errors import HubError
from hub.members.writing import writing

Given = TypeVar("Given")


class NotAsForeseen(HubError):
    """What would happen has not been shown yet, or is not what was shown: nothing was changed."""

    def __init__(self, foreseen: Foreseen) -> None:
        super().__init__(_("this changes what members may do: look at it first"))
        self.foreseen = foreseen


def save_as_foreseen(mark: str, look: Callable[[], Foreseen], save: Callable[[], Given]) -> Given:
    """`mark`: of what was shown; empty: nothing was. NotAsForeseen: it is not what would happen now. What changes
    nothing for anybody, now or later, is saved without."""
    with writing():
        foreseen = look()
        if (foreseen.findings or foreseen.waiting) and not compare_digest(foreseen.mark, mark):
            raise NotAsForeseen(foreseen)
        return save()
