"""The brake on guessing passwords: attempts are counted before the password is looked at, and each is there before
others are counted: of several at once none goes by."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils.crypto import salted_hmac

from hub.login.models import FailedLogin

WINDOW: Final = timedelta(minutes=15)
ATTEMPTS_MAX_HERE: Final = 5
"""For one account from one address."""
ATTEMPTS_MAX_ADDRESS: Final = 30
ATTEMPTS_MAX_ACCOUNT: Final = 100
"""From all addresses together: high, so that a stranger cannot easily lock somebody out."""


def begin_attempt(username: str, address: str, at: datetime) -> FailedLogin | None:
    """Counts an attempt as failed until `succeed`; None: there were too many within WINDOW, try nothing."""
    who, where = _hash(username.casefold()), _hash(address)
    FailedLogin.objects.filter(at__lte=at - WINDOW).delete()
    # Not in one transaction: others have to see it before they are counted here.
    mine = FailedLogin.objects.create(who_hash=who, where_hash=where, at=at)
    recent = FailedLogin.objects.filter(Q(who_hash=who) | Q(where_hash=where))
    if _too_many(list(recent.values_list("who_hash", "where_hash")), who, where):
        mine.delete()
        return None
    return mine


def succeed(attempt: FailedLogin) -> None:
    """The password was right: forget what failed for this account from this address."""
    FailedLogin.objects.filter(who_hash=attempt.who_hash, where_hash=attempt.where_hash).delete()


def _too_many(attempts: list[tuple[str, str]], who: str, where: str) -> bool:
    """With the one that is to be."""
    return (
        attempts.count((who, where)) > ATTEMPTS_MAX_HERE
        or sum(each == where for _, each in attempts) > ATTEMPTS_MAX_ADDRESS
        or sum(each == who for each, _ in attempts) > ATTEMPTS_MAX_ACCOUNT
    )


def _hash(text: str) -> str:
    """People type passwords into the wrong field: what was typed is not kept."""
    return salted_hmac("hub.login", text, algorithm="sha256").hexdigest()
