"""What is read of check-ins and, for ingest, of the edges, memberships and feeds they name. Writes nothing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from contract.messages import CheckIn as CheckInMessage
from contract.reasons import Outcome
from hub.checkins import content, places
from hub.checkins.models import CheckIn, JournalPosition
from hub.feed.models import Feed
from hub.fleet.models import Edge
from hub.members.models import Company, Customer, Membership

COUNTING = Q(counted=True, outcome=Outcome.GRANTED.value, voided_at=None)
"""Check-ins that use a limited benefit up."""
_IDS_A_LOOKUP = 500


@dataclass(frozen=True, slots=True)
class KnownEdge:
    """`signing_key`: by which its seals count, unless `revoked`; None: it was never enrolled."""

    id: int
    name: str
    feed: str
    signing_key: bytes | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class HeldMembership:
    """What counting needs of a membership."""

    plan_id: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class StandingCheckIn:
    """A check-in that stands: its place (edge id, journal, sequence) and what it said when it came."""

    place: tuple[int, bytes, int]
    content: CheckInMessage


def edges_by_name(names: Collection[str]) -> dict[str, KnownEdge]:
    """Those of `names` that are edges of this hub."""
    found = Edge.objects.filter(name__in=names).values_list(
        "name", "id", "feed__name", "signing_key", "revoked_at"
    )
    return {
        name: KnownEdge(pk, name, feed, None if key is None else bytes(key), revoked_at is not None)
        for name, pk, feed, key, revoked_at in found
    }


def feed_position(feed_name: str) -> tuple[int, int]:
    """Epoch and sequence."""
    return feed_positions([feed_name])[feed_name]


def feed_positions(feed_names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Epoch and sequence of each."""
    found = Feed.objects.filter(name__in=set(feed_names)).values_list("name", "epoch", "sequence")
    return {name: (epoch, sequence) for name, epoch, sequence in found}


def journal_position(edge_id: int, journal: bytes) -> int:
    """The last row of the journal that is committed; 0 where none is."""
    found = JournalPosition.objects.filter(edge=edge_id, journal=journal).values_list("upto", flat=True)
    return found.first() or 0


def memberships_by_id(membership_ids: Collection[int]) -> dict[int, HeldMembership]:
    """Those of these memberships that are here."""
    found: dict[int, HeldMembership] = {}
    ids = sorted(membership_ids)
    for start in range(0, len(ids), _IDS_A_LOOKUP):
        some = Membership.objects.filter(pk__in=ids[start : start + _IDS_A_LOOKUP])
        for pk, plan, starts_at in some.values_list("pk", "plan_id", "starts_at"):
            found[pk] = HeldMembership(plan, starts_at)
    return found


def customers(customer_ids: Collection[int]) -> set[int]:
    """Those of these customers that are here."""
    return _here(Customer, customer_ids)


def companies(company_ids: Collection[int]) -> set[int]:
    """Those of these companies that are here."""
    return _here(Company, company_ids)


def rows_by_id(checkin_ids: Collection[bytes]) -> list[CheckIn]:
    """The check-ins that stand under these ids."""
    ids = list(checkin_ids)
    found: list[CheckIn] = []
    for start in range(0, len(ids), _IDS_A_LOOKUP):
        found += CheckIn.objects.filter(checkin_id__in=ids[start : start + _IDS_A_LOOKUP])
    return found


def checkins_by_id(checkin_ids: Collection[bytes]) -> dict[bytes, StandingCheckIn]:
    """What stands under these ids."""
    return {bytes(each.checkin_id): _standing(each) for each in rows_by_id(checkin_ids)}


def newest(count: int) -> list[CheckIn]:
    """The `count` check-ins that arrived last, in the order of their arrival."""
    return list(_shown().order_by("-number")[:count])[::-1]


def arrived_after(number: int, and_among: Iterable[int] = (), count_max: int = 1_000) -> list[CheckIn]:
    """Check-ins with a higher number, and those of `and_among` that stand by now, in the order of numbers."""
    late = list(and_among)
    found = list(_shown().filter(number__gt=number).order_by("number")[:count_max])
    return list(_shown().filter(number__in=late).order_by("number")) + found if late else found


def newest_number() -> int:
    """The highest number of any check-in; 0 where there is none."""
    return CheckIn.objects.order_by("-number").values_list("number", flat=True).first() or 0


def _shown() -> QuerySet[CheckIn]:
    return CheckIn.objects.select_related(*places.RELATED, "customer")


def _here(model: type[Customer] | type[Company], wanted: Collection[int]) -> set[int]:
    found: set[int] = set()
    ids = sorted(wanted)
    for start in range(0, len(ids), _IDS_A_LOOKUP):
        found.update(model.objects.filter(pk__in=ids[start : start + _IDS_A_LOOKUP]).values_list("pk", flat=True))
    return found


def _standing(row: CheckIn) -> StandingCheckIn:
    return StandingCheckIn((row.edge_id, bytes(row.journal), row.sequence), content.message_of(row))
