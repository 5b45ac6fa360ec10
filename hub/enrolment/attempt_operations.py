"""The brake on attempts to enrol: counted before anything is looked at, by hashes of where they came from.

No code can be guessed; this keeps strangers from making the hub work.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from hub.enrolment.models import EnrolAttempt

WINDOW: Final = timedelta(minutes=15)
FAILED_MAX_ADDRESS: Final = 20
FAILED_MAX: Final = 1_000
"""From all addresses together: a write for each is all that a flood costs, until it costs nothing."""


def begin(address: str, at: datetime) -> EnrolAttempt | None:
    """Counts an attempt as failed until `succeed`; None: there were too many within WINDOW, look at nothing."""
    where = salted_hmac("hub.enrolment", address, algorithm="sha256").hexdigest()
    with transaction.atomic():
        EnrolAttempt.objects.filter(at__lte=at - WINDOW).delete()
        if EnrolAttempt.objects.count() >= FAILED_MAX:
            return None
        if EnrolAttempt.objects.filter(where_hash=where).count() >= FAILED_MAX_ADDRESS:
            return None
        return EnrolAttempt.objects.create(where_hash=where, at=at)


def succeed(attempt: EnrolAttempt) -> None:
    """It was no attempt of a stranger's: what failed from this address is forgotten."""
    EnrolAttempt.objects.filter(where_hash=attempt.where_hash).delete()
