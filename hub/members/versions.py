"""What somebody was shown, in a short text that a form carries: whether it still is so when they act on it.

Two at once then never undo each other unseen. Of a membership its freezes are part.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Final, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Model
from django.utils.translation import gettext as _

from hub.errors import HubError
from hub.members.models import Membership
from hub.members.writing import stored, writing

_LETTERS: Final = 16
Thing = TypeVar("Thing", bound=Model)
Given = TypeVar("Given")


class Outdated(HubError):
    """What was shown is not so any more: nothing is changed."""


def version_of(thing: Model) -> str:
    """Reads a membership's freezes: prefetch those of many."""
    fields = [each for each in thing._meta.concrete_fields if not isinstance(each, BinaryField)]
    said = [[each.name, each.value_from_object(thing)] for each in fields]
    if isinstance(thing, Membership):
        said += [[each.from_at, each.until_at] for each in sorted(thing.freezes.all(), key=lambda each: each.pk)]
    text = json.dumps([thing._meta.label, said], cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()[:_LETTERS]


def do_as_shown(thing: Thing, version: str, action: Callable[[Thing], Given]) -> Given:
    """`action` with the thing as it is stored, in one transaction. Outdated: it is not what `version` says."""
    with writing():
        held = stored(thing)
        if held is None:
            raise Outdated(_("This has been deleted meanwhile. Nothing was changed."))
        if not hmac.compare_digest(version_of(held), version):
            raise Outdated(
                _("Somebody has changed this meanwhile. Nothing was changed: look at it again before you go on.")
            )
        return action(held)
