"""Questions for confirmation as edges ask them, and a benefit that they are about."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from contract.ask import Circumstances, Contact, Policy
from contract.limits import Limit
from contract.messages import CheckIn, Confirm
from hub.checkins.queries import KnownEdge
from hub.decisions.confirming import confirm
from hub.feed.operations import EVERYONE
from hub.fleet.models import Edge, Reader
from hub.members import operations as members
from hub.members.models import Card, Grant, Permission
from tests.hub.scans import AT, Club, checkin

EDGE = "clubhouse"
WINE = "glass-of-wine"


@dataclass(frozen=True)
class Bar:
    """A club whose member may have one glass in seven days."""

    club: Club
    card: Card

    @property
    def edge(self) -> KnownEdge:
        return KnownEdge(self.club.edge.pk, EDGE, EVERYONE)


def bar_of(club: Club, glasses: int = 1) -> Bar:
    grant = Grant(plan=club.membership.plan, permission=Permission.objects.get(slug=WINE))
    members.save_grant(grant, [Limit(glasses, 7 * 24 * 3600)])
    return Bar(club, members.issue_card(club.customer))


def asked_about(bar: Bar, at: datetime = AT, **changed: Any) -> CheckIn:
    """A glass for the member at `at`, as it stands without an answer."""
    fields: dict[str, Any] = {
        "reader": "counter",
        "permission": WINE,
        "outcome": "denied",
        "reason": "confirmation_needed",
        "code_hash": bytes(bar.card.lookup_hash),
        "customer": bar.club.customer.pk,
        "membership": bar.club.membership.pk,
        "policy": Policy(),
        "circumstances": Circumstances(contact=Contact.ONLINE),
    }
    seconds = (at - AT) / timedelta(seconds=1)
    return checkin(int(seconds), **(fields | changed))


def question(about: CheckIn) -> Confirm:
    return Confirm(secrets.token_bytes(16), about)


def annex(bar: Bar) -> KnownEdge:
    """Another edge, with a counter too."""
    other = Edge.objects.create(name="annex", site=bar.club.edge.site, feed=bar.club.edge.feed)
    asked = Permission.objects.get(slug=WINE)
    Reader.objects.create(edge=other, name="counter", kind="counter", permission=asked)
    return KnownEdge(other.pk, "annex", bar.edge.feed)


def answer(bar: Bar, asked: Confirm, at: Any = AT) -> tuple[str, str]:
    confirmed = confirm(bar.edge, asked, at).confirmed
    assert (confirmed.nonce, confirmed.id) == (asked.nonce, asked.checkin.id)
    return confirmed.outcome, confirmed.reason


def settled(about: Any, outcome: str = "granted", reason: str = "granted") -> Any:
    """What the edge journals after the answer."""
    granted = outcome == "granted"
    return msgspec.structs.replace(about, outcome=outcome, reason=reason, counted=granted, remaining=0)
