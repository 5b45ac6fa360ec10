"""What is read of check-ins and, for ingest, of the edges, memberships and feeds they name. Writes nothing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from contract.instants import to_us
from contract.membership import Holder, HolderKind
from contract.messages import CheckIn as CheckInMessage
from hub.checkins.models import CheckIn
from hub.feed.models import Feed
from hub.fleet.models import Edge
from hub.members.models import Customer, Membership

_IDS_A_LOOKUP = 500


@dataclass(frozen=True, slots=True)
class KnownEdge:
    id: int
    name: str
    feed: str


@dataclass(frozen=True, slots=True)
class StandingCheckIn:
    """A check-in that stands: its place (edge id, journal, sequence) and what it said when it came."""

    place: tuple[int, bytes, int]
    content: CheckInMessage


def edges_by_name(names: Collection[str]) -> dict[str, KnownEdge]:
    """Those of `names` that are edges of this hub."""
    found = Edge.objects.filter(name__in=names).values_list("name", "id", "feed__name")
    return {name: KnownEdge(pk, name, feed) for name, pk, feed in found}


def feed_position(feed_name: str) -> tuple[int, int]:
    """Epoch and sequence."""
    epoch, sequence = Feed.objects.values_list("epoch", "sequence").get(name=feed_name)
    return epoch, sequence


def holders(membership_ids: Collection[int]) -> dict[int, Holder]:
    """Who holds each of these memberships; those that are gone are left out."""
    found = Membership.objects.filter(pk__in=membership_ids).values_list("pk", "customer_id", "company_id")
    return {
        pk: Holder(HolderKind.COMPANY, company) if customer is None else Holder(HolderKind.CUSTOMER, customer)
        for pk, customer, company in found
    }


def customers(customer_ids: Collection[int]) -> set[int]:
    """Those of these customers that are here."""
    return set(Customer.objects.filter(pk__in=customer_ids).values_list("pk", flat=True))


def checkins_by_id(checkin_ids: Collection[bytes]) -> dict[bytes, StandingCheckIn]:
    """What stands under these ids."""
    ids = list(checkin_ids)
    found = {}
    for start in range(0, len(ids), _IDS_A_LOOKUP):
        for each in CheckIn.objects.filter(checkin_id__in=ids[start : start + _IDS_A_LOOKUP]):
            found[bytes(each.checkin_id)] = _standing(each)
    return found


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
    return CheckIn.objects.select_related("edge", "customer")


def _standing(row: CheckIn) -> StandingCheckIn:
    content = CheckInMessage(
        id=bytes(row.checkin_id),
        at_us=to_us(row.at),
        reader=row.reader,
        outcome=row.outcome,
        reason=row.reason,
        permission=row.permission,
        mode=row.mode,
        counted=row.counted,
        code_hash=bytes(row.code_hash),
        code_length=row.code_length,
        code_classes=row.code_classes,
        detail=row.detail,
        customer=row.customer_id,
        membership=row.membership_id,
        remaining=row.remaining,
        feed=row.feed,
        epoch=row.feed_epoch,
        sequence=row.feed_sequence,
    )
    return StandingCheckIn((row.edge_id, bytes(row.journal), row.sequence), content)
