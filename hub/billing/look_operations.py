"""Whose answer counts: a provider is asked about one thing by several at once, and answers overtake each other.

Who asks takes a number first. An answer is applied unless one to a later number was: whatever changes there makes
an event, which is asked about under a later number still, so the last word is always the newest.
"""

from django.db import transaction
from django.db.models import F

from hub.billing.models import Look
from hub.billing.seen import About


def begin(provider: str, about: About, reference: str) -> Look:
    """`asked` of it is the number; to be called before the provider is."""
    with transaction.atomic():
        look, _made = Look.objects.get_or_create(provider=provider, about=about, reference=reference)
        Look.objects.filter(pk=look.pk).update(asked=F("asked") + 1)
        look.refresh_from_db()
    return look


def is_newest(look: Look) -> bool:
    """Inside the transaction that applies the answer, under its lock: then it is written down that it was."""
    return bool(Look.objects.filter(pk=look.pk, applied__lt=look.asked).update(applied=look.asked))
