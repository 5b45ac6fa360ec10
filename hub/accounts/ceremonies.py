"""What is remembered between two steps, single use: whoever brings the state back takes it away."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from hub.accounts.models import Ceremony
from hub.accounts.secrets import hash_of, new_secret

LASTS: Final = timedelta(minutes=10)
_PRUNED_AT_ONCE: Final = 100


@transaction.atomic
def begin(kind: str, said: dict[str, Any], at: datetime) -> str:
    """The state to hand out."""
    state = new_secret()
    old = Ceremony.objects.filter(until__lte=at).values_list("pk", flat=True)[:_PRUNED_AT_ONCE]
    Ceremony.objects.filter(pk__in=list(old)).delete()
    Ceremony.objects.create(kind=kind, state_hash=hash_of(state), said=said, until=at + LASTS)
    return state


@transaction.atomic
def take(kind: str, state: str, at: datetime) -> dict[str, Any] | None:
    """None: it was used, is too old, of another kind, or never was."""
    found = Ceremony.objects.filter(kind=kind, state_hash=hash_of(state), until__gt=at).first()
    # Of two who bring the same state back, one deletes it.
    if found is None or not Ceremony.objects.filter(pk=found.pk).delete()[0]:
        return None
    return dict(found.said)
