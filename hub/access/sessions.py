"""Ends sessions: somebody's, who is signed in nowhere any more then, and those that have lapsed."""

from datetime import datetime
from typing import Final

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

_FORGOTTEN_AT_ONCE: Final = 500


def forget_lapsed(at: datetime) -> None:
    """Nobody else takes them out of the database; a few at each time somebody signs in."""
    lapsed = Session.objects.filter(expire_date__lte=at).values_list("pk", flat=True)
    Session.objects.filter(pk__in=list(lapsed[:_FORGOTTEN_AT_ONCE])).delete()


def end_sessions(user: User, at: datetime) -> None:
    """All that have not lapsed at `at`. They name their user only inside, so each is looked at: those who work at
    a hub are few."""
    live = Session.objects.filter(expire_date__gt=at)
    ours = [each.pk for each in live.iterator() if each.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=ours).delete()
