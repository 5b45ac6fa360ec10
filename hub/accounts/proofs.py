"""Who somebody has proved to be, how, and when. A proof is a value: whoever holds one has checked it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from hub.accounts import ceremonies
from hub.accounts.addresses import customers_at
from hub.errors import HubError
from hub.members.models import Customer

FRESH: Final = timedelta(minutes=15)
"""So long nobody is asked again before something sensitive."""
_KIND: Final = "proof"


class How(StrEnum):
    CODE = "code"
    PASSWORD = "password"  # noqa: S105 (a way to prove)
    PASSKEY = "passkey"
    INVITATION = "invitation"
    HANDED = "handed"


class NotProved(HubError):
    """Wrong, too old, used, or of nobody: one text for all, so that nobody learns which."""


@dataclass(frozen=True, slots=True)
class Proof:
    """`email`: the canonical address whose mailbox they have; empty: it proves none. `customers`: their
    numbers. `seed`: where the same page may tell the same twice, the secret of the one session that is made of
    it."""

    how: How
    at: datetime
    customers: tuple[int, ...] = ()
    email: str = ""
    seed: str = field(default="", repr=False, compare=False)

    @property
    def proves_mailbox(self) -> bool:
        return bool(self.email)


def customers_of(proof: Proof) -> list[Customer]:
    """As they are now. Of a mailbox: everybody who has this address now, so a family has to choose."""
    if proof.email:
        return customers_at(proof.email)
    return list(Customer.objects.filter(pk__in=proof.customers).order_by("pk"))


def is_fresh(proved_at: datetime | None, at: datetime) -> bool:
    """A proof from after `at` was written by a clock that was wrong."""
    return proved_at is not None and timedelta() <= at - proved_at < FRESH


def keep(proof: Proof, at: datetime) -> str:
    """The state by which `kept` gives it once more, within ceremonies.LASTS."""
    said = {"how": proof.how, "at": proof.at.isoformat(), "customers": proof.customers, "email": proof.email}
    return ceremonies.begin(_KIND, said, at)


def kept(state: str, at: datetime) -> Proof:
    """NotProved."""
    said = ceremonies.take(_KIND, state, at)
    if said is None:
        raise NotProved(_("That took too long: sign in once more."))
    proved_at = datetime.fromisoformat(said["at"])
    return Proof(How(said["how"]), proved_at, tuple(said["customers"]), said["email"])
