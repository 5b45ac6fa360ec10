"""Ends somebody's sessions: what they were signed in with anywhere holds no more."""

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session


def end_sessions(user: User, at: datetime) -> None:
    """All that have not lapsed at `at`. They name their user only inside, so each is looked at: those who work at
    a hub are few."""
    live = Session.objects.filter(expire_date__gt=at)
    ours = [each.pk for each in live.iterator() if each.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=ours).delete()
