"""Whose cards are scanned and what staff do: a club that changes while edges are cut off.

Windows are minutes, so that limits matter within one world. All writes are the hub's own operations.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from contract.ask import Posture
from contract.card import RANDOM_BYTES, new_code
from contract.grant import Offline
from contract.limits import CountsBy, Limit
from contract.orders import CommandKind
from hub.checkins import staff_operations
from hub.checkins.models import CheckIn
from hub.errors import HubError
from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from hub.fleet import models as fleet_models
from hub.fleet import operations as fleet
from hub.members import operations as members
from hub.members.models import Card, Company, Customer, Grant, Link, Membership, Permission, Plan
from hub.orders import command_operations, mode_operations
from hub.orders import operations as orders
from hub.orders import queries as order_queries
from hub.orders.places import Place
from hub.orders.toml_text import toml_of
from hub.wire_keys import operations as wire_keys
from tests.simulation.clock import START, TrueTime
from tests.simulation.lockdowns import Lockdowns
from tests.simulation.parts import BROKEN_DEVICE
from tests.simulation.readers import COUNTERS, DOORS, READERS, readers
from tests.simulation.trace import Trace

PERMISSIONS = ("front-door", "glass", "sauna", "gym", "pool", "undo")


_BY_HAND = (Posture.UNLOCKED, Posture.UNLOCKED, Posture.FREE, Posture.SECURE)


@dataclass
class Club:
    rng: Random
    true: TrueTime
    trace: Trace
    keys: Path
    limits_changed: set[str] = field(default_factory=set)
    codes: list[str] = field(default_factory=list)
    undoing: list[str] = field(default_factory=list)
    """Codes of those who may undo at the bar."""
    voided: set[bytes] = field(default_factory=set)
    """Ids of check-ins that staff voided, in whatever became of the hub since."""
    left: set[int] = field(default_factory=set)
    """Ids of customers who left, likewise."""
    founders: set[int] = field(default_factory=set)
    founding: set[int] = field(default_factory=set)
    """Ids of customers and memberships that no backup is without."""
    lockdowns: Lockdowns = field(default_factory=lambda: Lockdowns(READERS))
    _people: int = 0

    def found(self, edges: dict[str, bytes], people: int) -> None:
        """As it stands when the world begins. `edges`: their public keys by name."""
        self._edges = list(edges)
        self._permissions = {
            slug: members.save_permission(Permission(slug=slug, name=slug)) for slug in PERMISSIONS
        }
        site = fleet.save_site(fleet_models.Site(name="clubhouse", time_zone="Europe/Berlin"))
        everyone = Feed.objects.get(name=EVERYONE)
        for name, key in edges.items():
            edge = fleet_models.Edge(name=name, site=site, feed=everyone, signing_key=key, enrolments=1)
            fleet.save_edge(edge)
            self._push(name, readers())
        self._make_plans()
        self._company = members.save_company(Company(name="Company"))
        members.save_membership(self._held(Membership(company=self._company, plan=self._full)))
        for _ in range(people):
            self.join()
        self._hire()
        self.founders = set(Customer.objects.values_list("pk", flat=True))
        self.founding = set(Membership.objects.values_list("pk", flat=True))

    def scan_of(self) -> str:
        """A code that somebody shows: mostly a member's, often the same few."""
        few = self.codes[: max(3, len(self.codes) // 2)]
        return self.rng.choice(few if self.rng.random() < 0.7 else self.codes)

    def act(self) -> None:
        """One thing that staff do. What the hub refuses changes nothing."""
        deed = self.rng.choice(self._deeds())
        try:
            deed()
            self.trace.note("staff", what=deed.__name__)
        except HubError as error:
            self.trace.note("staff refused", why=type(error).__name__)

    def _deeds(self) -> list[Callable[[], None]]:
        return [
            self.join,
            self.leave,
            self.end_a_membership,
            self.begin_a_membership,
            self.begin_a_membership,
            self.block_a_card,
            self.change_limits,
            self.link,
            self.unlink,
            self.void,
            self.void,
            self.reset_passages,
            self.configure,
            self.configure,
            self.roll_back,
            self.lock_down,
            self.lock_down,
            self.open_up,
            self.open_up,
            self.end_lockdown,
            self.command,
            self.command,
            self.command,
            self.rotate_key,
        ]

    # What staff do

    def join(self) -> None:
        customer, code = self._with_card()
        self.codes.append(code)
        if self.rng.random() < 0.5:
            members.save_link(Link(customer=customer, company=self._company))
        if self.rng.random() < 0.8:
            members.save_membership(self._held(Membership(customer=customer, plan=self._full)))

    def leave(self) -> None:
        if Customer.objects.count() > 4:
            leaving = self._any(Customer)
            self.left.add(leaving.pk)
            members.delete_customers([leaving])

    def end_a_membership(self) -> None:
        members.revoke_memberships([self._any(Membership)], self.true.now())

    def begin_a_membership(self) -> None:
        plan = self.rng.choice((self._full, self._full, self._door_only))
        members.save_membership(self._held(Membership(customer=self._any(Customer), plan=plan)))

    def block_a_card(self) -> None:
        members.revoke_cards([self._any(Card)], self.true.now())

    def change_limits(self) -> None:
        grant = self._any(Grant)
        if grant.permission.slug not in ("front-door", "undo"):
            self.limits_changed.add(grant.permission.slug)
            members.save_grant(grant, [self._limit(grant.permission.slug)])

    def link(self) -> None:
        customer = self._any(Customer)
        if not Link.objects.filter(customer=customer).exists():
            members.save_link(Link(customer=customer, company=self._company))

    def unlink(self) -> None:
        if Link.objects.exists():
            members.delete_links([self._any(Link)])

    def void(self) -> None:
        granted = CheckIn.objects.filter(outcome="granted", counted=True, voided_at=None).order_by("number")
        if granted.exists():
            chosen = granted[self.rng.randrange(granted.count())]
            self.voided.add(bytes(chosen.checkin_id))
            staff_operations.void_checkins([chosen], "a mistake", None, self.true.now())

    def reset_passages(self) -> None:
        staff_operations.reset_passages([self._any(Customer)], self.true.now())

    def configure(self) -> None:
        """Another configuration; some cannot be applied."""
        wanted = readers()
        strict = wanted[2]
        strict["passback_seconds"] = self.rng.randint(30, 300)
        wanted[5]["confirm_seconds"] = self.rng.choice((0.5, 1.0, 3.0))
        broken = self.rng.random()
        if broken < 0.2:
            wanted[0]["device"] = BROKEN_DEVICE
        elif broken < 0.4:
            wanted[1]["relay_pin"], strict["relay_pin"] = strict["relay_pin"], wanted[1]["relay_pin"]
        elif broken < 0.5:
            wanted.pop(6)
        wanted[1]["posture"] = self.rng.choice((Posture.SECURE, Posture.SECURE, Posture.UNLOCKED)).value
        self._push(self.rng.choice(self._edges), wanted)

    def roll_back(self) -> None:
        orders.rollback(self.rng.choice(self._edges), self.true.now(), "staff")

    def lock_down(self) -> None:
        place = self._place()
        mode_operations.set_mode(place, Posture.LOCKDOWN, self.true.now(), "staff")
        self.lockdowns.set(place)

    def open_up(self) -> None:
        """Or close again, where no lockdown stands: a place is set to one thing at a time."""
        place = self._place()
        if not self.lockdowns.stands_at(place):
            posture = Posture.SECURE if place.reader in COUNTERS else self.rng.choice(_BY_HAND)
            mode_operations.set_mode(place, posture, self.true.now(), "staff")

    def end_lockdown(self) -> None:
        """Of all that the hub's page shows, and whatever else is set by hand."""
        for order in order_queries.set_by_hand():
            place = Place(edge=order.edge and order.edge.name, reader=order.reader or None)
            mode_operations.clear_mode(place, self.true.now(), "staff")
        self.lockdowns.end_all()

    def command(self) -> None:
        kind = self.rng.choice(list(CommandKind))
        reader = None if kind is CommandKind.RESYNC else self.rng.choice(DOORS)
        edge = self.rng.choice(self._edges)
        command_operations.give_command(edge, kind, reader, self.true.now(), "staff")

    def rotate_key(self) -> None:
        if self.rng.random() < 0.3:
            wire_keys.rotate(self.keys, timedelta(seconds=self.rng.choice((0, 30, 3_600))), self.true.now())

    def _place(self) -> Place:
        edge = self.rng.choice(self._edges)
        return self.rng.choice((Place(), Place(edge=edge), Place(edge=edge, reader=self.rng.choice(READERS))))

    def _push(self, edge: str, wanted: list[dict[str, Any]]) -> None:
        text = toml_of({"hardware": {"pin_factory": "mock"}, "readers": wanted})
        orders.push(edge, text, self.true.now(), "staff")

    # How they are made

    def _with_card(self) -> tuple[Customer, str]:
        self._people += 1
        customer = members.save_customer(Customer(name=f"Member {self._people}"))
        code = new_code(self.rng.randbytes(RANDOM_BYTES))
        members.make_card(Card(customer=customer), code)
        return customer, code

    def _hire(self) -> None:
        customer, code = self._with_card()
        members.save_membership(self._held(Membership(customer=customer, plan=self._barkeeping)))
        self.undoing.append(code)

    def _any(self, model: type) -> object:
        found = model.objects.order_by("pk")
        return found[self.rng.randrange(found.count())]

    def _held(self, membership: Membership) -> Membership:
        membership.starts_at = START - timedelta(days=30)
        if self.rng.random() < 0.2:
            membership.ends_at = self.true.now() + timedelta(seconds=self.rng.randint(60, 600))
        return membership

    def _limit(self, slug: str) -> Limit:
        count, seconds = self.rng.randint(1, 3), self.rng.randint(60, 400)
        if slug == "pool":
            return Limit(count + 2, seconds, counts_by=CountsBy.COMPANY)
        by = self.rng.choice((CountsBy.MEMBERSHIP, CountsBy.CUSTOMER))
        return Limit(count, seconds, counts_by=by, gap_seconds=self.rng.choice((0, 0, 5)))

    def _make_plans(self) -> None:
        self._full = members.save_plan(Plan(name="Full"))
        self._door_only = members.save_plan(Plan(name="Door only"))
        asked = {"sauna": (True, Offline.DENY, None), "gym": (True, Offline.AT_MOST, self.rng.randint(1, 3))}
        self._barkeeping = members.save_plan(Plan(name="Barkeeping"))
        for slug in ("front-door", "undo"):
            members.save_grant(Grant(plan=self._barkeeping, permission=self._permissions[slug]), [])
        for slug, permission in self._permissions.items():
            if slug == "undo":
                continue
            confirm, offline, uses = asked.get(slug, (False, Offline.ALLOW, None))
            grant = Grant(plan=self._full, permission=permission, confirm=confirm, offline=offline.value)
            grant.offline_uses = uses
            members.save_grant(grant, [] if slug == "front-door" else [self._limit(slug)])
        members.save_grant(Grant(plan=self._door_only, permission=self._permissions["front-door"]), [])
