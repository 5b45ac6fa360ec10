"""Who edges are at the broker: a user for each enrolment, so that earlier certificates are worth nothing."""

from dataclasses import dataclass
from typing import Final

from hub.fleet.models import Edge

HUB_USER: Final = "hub"
PREFIX: Final = "edge:"


@dataclass(frozen=True, slots=True)
class BrokerUser:
    """`name` is the common name of the edge's certificate, too."""

    name: str
    edge: str
    feed: str


def broker_user(edge: str, enrolments: int) -> str:
    """The user's name of an edge's latest enrolment."""
    return f"{PREFIX}{edge}:{enrolments}"


def edge_of(user: str) -> str:
    """Whose user it is, by a name as `broker_user` makes it."""
    return user.removeprefix(PREFIX).rpartition(":")[0]


def enrolled_users() -> list[BrokerUser]:
    """Of every edge that is enrolled and not revoked."""
    enrolled = Edge.objects.filter(signing_key__isnull=False, revoked_at=None)
    found = enrolled.order_by("name").values_list("name", "enrolments", "feed__name")
    return [BrokerUser(broker_user(name, enrolments), name, feed) for name, enrolments, feed in found]
