"""Every write to the outbox: queued, taken to be sent, what became of it, forgotten.

Who takes a letter holds it (hub/leases.py). Where a worker had been told that the server took it and died before
it could write that down, the letter comes twice, with the same Message-ID. `tries` rises as it is taken: only the
latest taker's word counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from hub.errors import HubError
from hub.leases import is_due, take_first
from hub.mail.draft import Draft, check, seal
from hub.mail.models import Mail
from hub.mail.queries import can_send

LEASE: Final = timedelta(minutes=10)
"""More than a server takes that answers each step just in time."""
LASTS: Final = timedelta(days=3)
"""How long it is tried, unless the letter says otherwise."""
KEPT: Final = timedelta(days=30)
WAITS: Final = (
    *(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)),
    *(timedelta(hours=1), timedelta(hours=2), timedelta(hours=4), timedelta(hours=8)),
)
"""Between tries; the last one again and again. Who asks for patience at first (greylisting) wants minutes."""
JITTER: Final = 0.2
_AHEAD_MAX: Final = WAITS[-1] * (1 + JITTER)
_PRUNED_AT_ONCE: Final = 500


class NoMail(HubError):
    """The hub was not told by what way letters leave it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try. `error` empty: the server took it. `final`: it would never take it."""

    error: str = ""
    final: bool = False


def queue(  # noqa: PLR0913 (what a letter is, beside its text)
    draft: Draft,
    recipient: str,
    kind: str,
    at: datetime,
    *,
    customer: int | None = None,
    lasts: timedelta = LASTS,
) -> Mail:
    """It is sent once the caller's transaction is committed, and never if that is not. NoMail, BadLetter."""
    if not can_send():
        raise NoMail(_("This hub sends no mail: its DOORWARD_MAIL is not set."))
    check(draft, recipient)
    message_id = f"<{uuid4().hex}@{settings.ENVIRONMENT.host}>"
    return Mail.objects.create(
        message_id=message_id,
        kind=kind,
        customer=customer,
        recipient=recipient,
        sealed=seal(draft, message_id),
        created_at=at,
        next_at=at,
        until=at + lasts,
    )


def take(at: datetime) -> Mail | None:
    """The one that is due for longest."""
    due = Mail.objects.filter(is_due(at, _AHEAD_MAX, LEASE), state=Mail.State.WAITING)
    return take_first(due.order_by("next_at", "pk"), at, LEASE)


def record(mail: Mail, outcome: Outcome, at: datetime, luck: float) -> Mail.State:
    """The state that it has by this. `luck` is 0 to 1: waits become longer by up to a fifth, so that what failed
    together does not come back together."""
    wait = WAITS[min(mail.tries, len(WAITS)) - 1] * (1 + JITTER * luck)
    again = outcome.error and not outcome.final and at + wait < mail.until
    state = Mail.State.WAITING if again else Mail.State.FAILED if outcome.error else Mail.State.SENT
    changes = {"next_at": at + wait} if again else {"sealed": None, "done_at": at}
    mine = Mail.objects.filter(pk=mail.pk, tries=mail.tries, state=Mail.State.WAITING)
    mine.update(state=state, error=outcome.error, leased_until=None, **changes)
    return state


def forget_old(at: datetime) -> int:
    """That a letter was sent is known for 30 days; one that is to be tried for longer waits on. How many went;
    some at once, so that nobody waits for long."""
    waiting = Q(state=Mail.State.WAITING, until__gt=at)
    old = Mail.objects.filter(~waiting, created_at__lt=at - KEPT).order_by("created_at")
    gone, _each = Mail.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_PRUNED_AT_ONCE])).delete()
    return gone


def forget_astray(kind: str, addresses: Mapping[int, str]) -> None:
    """What waits for those customers and is to another address than the one that they have now."""
    waiting = Mail.objects.filter(customer__in=addresses, kind=kind, state=Mail.State.WAITING)
    found = waiting.values_list("pk", "customer", "recipient")
    astray = [number for number, customer, recipient in found if recipient != addresses[customer]]
    waiting.filter(pk__in=astray).delete()


def forget_customer(customer: int) -> None:
    """With whoever is deleted goes what was written to them, and what waits is not sent."""
    Mail.objects.filter(customer=customer).delete()
