"""How each reason comes about at the hub: members made by operations, and a scan decided from the feed."""

from dataclasses import replace
from datetime import timedelta

from contract.ask import Codes, Contact, Mode, Passback, Posture
from contract.decision import cannot_record, decide
from contract.facts import Facts
from contract.limits import Limit
from contract.trust import ClockState
from hub.feed.operations import EVERYONE
from hub.fleet import operations as fleet
from hub.fleet.models import Schedule
from hub.members import operations as members
from hub.members import queries, rotating_operations, status_operations
from hub.members.models import Permission
from hub.partners import operations as partners
from hub.partners.models import Partner
from tests.hub.explained import DOOR, WEEK_S, WINE, Scene
from tests.hub.scans import AT


def reader_disabled(scan: Scene) -> None:
    scan.policy["enabled"] = False
    scan.scan()


def not_ready(scan: Scene) -> None:
    scan.scan(facts=Facts(position=None))


def unreadable(scan: Scene) -> None:
    scan.circumstances["readable"] = False
    scan.scan()


def unknown_card(scan: Scene) -> None:
    scan.code_hash = bytes(32)
    scan.scan()


def card_revoked(scan: Scene) -> None:
    members.revoke_cards([scan.card], AT - timedelta(hours=1))
    scan.scan()


def card_not_yet_valid(scan: Scene) -> None:
    scan.card.valid_from = AT + timedelta(days=2)
    members.save_card(scan.card)
    scan.scan()


def card_expired(scan: Scene) -> None:
    scan.card.valid_until = AT - timedelta(days=2)
    members.save_card(scan.card)
    scan.scan()


def _rotating(scan: Scene) -> str:
    """The digits of AT."""
    rotating_operations.make_rotating([scan.card])
    rotating_operations.carry_secrets(EVERYONE)
    scan.policy["codes"] = Codes.ROTATING
    scan.card.refresh_from_db()
    text = queries.rotating_text_now(scan.card, AT)
    assert text is not None
    return text.rpartition("-")[2]


def code_stale(scan: Scene) -> None:
    right = _rotating(scan)
    scan.circumstances["digits"] = right[::-1] if right != right[::-1] else "00000000"
    scan.scan()


def code_replayed(scan: Scene) -> None:
    scan.circumstances["digits"] = _rotating(scan)
    first = scan.scan()
    assert (first.reason, first.step is None) == ("granted", False)
    scan.scan(AT + timedelta(seconds=5), scan.facts(used_steps=frozenset({first.step})))


def clock_unknown(scan: Scene) -> None:
    scan.policy["clock"] = ClockState.HOLDOVER
    scan.circumstances["clock"] = ClockState.UNKNOWN
    scan.scan()


def replica_stale(scan: Scene) -> None:
    scan.policy["replica_age_seconds_max"] = 3_600
    scan.circumstances["replica_age_s"] = 7_200.0
    scan.scan()


def no_membership(scan: Scene) -> None:
    members.delete_memberships([scan.club.membership])
    scan.scan()


def pending(scan: Scene) -> None:
    scan.club.membership.pending = True
    members.save_membership(scan.club.membership)
    scan.scan()


def scheduled(scan: Scene) -> None:
    scan.club.membership.starts_at = AT + timedelta(days=3)
    members.save_membership(scan.club.membership)
    scan.scan()


def suspended(scan: Scene) -> None:
    status_operations.freeze_membership(scan.club.membership, AT - timedelta(days=1), AT + timedelta(days=5))
    scan.scan()


def expired(scan: Scene) -> None:
    scan.club.membership.ends_at = AT - timedelta(days=1)
    members.save_membership(scan.club.membership)
    scan.scan()


def revoked(scan: Scene) -> None:
    members.revoke_memberships([scan.club.membership], AT - timedelta(days=1))
    scan.scan()


def lockdown(scan: Scene) -> None:
    scan.policy["lockdown_permission"] = "pass-lockdown"
    scan.circumstances["posture"] = Posture.LOCKDOWN
    scan.scan()


def lockdown_for_all(scan: Scene) -> None:
    scan.circumstances["posture"] = Posture.LOCKDOWN
    scan.scan()


def permission_missing(scan: Scene) -> None:
    scan.permission = members.save_permission(Permission(slug="sauna", name="The sauna")).slug
    scan.scan()


def outside_hours(scan: Scene) -> None:
    hours = fleet.save_schedule(
        Schedule(slug="daytime", name="Daytime", sunday="08:00-18:00", saturday="20:00-02:00")
    )
    scan.grant(WINE, [Limit(1, WEEK_S)], schedule=hours)
    scan.scan()


def partner_not_approved(scan: Scene) -> None:
    names = {"wine-bar": "Wine bar", "bistro": "Bistro", "bakery": "Bakery"}
    *approved, _ = [partners.save_partner(Partner(slug=slug, name=name)) for slug, name in names.items()]
    wine = Permission.objects.get(slug=WINE)
    wine.approved_partners_only = True
    members.save_permission(wine, approved)
    scan.policy["partner"] = "bakery"
    scan.scan()


def login_required(scan: Scene) -> None:
    scan.policy["signed_in"] = False
    scan.scan()


def login_of_the_permission(scan: Scene) -> None:
    wine = Permission.objects.get(slug=WINE)
    wine.login_required = True
    members.save_permission(wine)
    scan.policy["signed_in"] = False
    scan.mode = Mode.IDENTIFY
    scan.scan()


def already_inside(scan: Scene) -> None:
    scan.permission = DOOR
    scan.policy |= {"area": "hall", "passback": Passback.HARD, "passback_seconds": 3_600}
    scan.scan(AT - timedelta(minutes=30))
    scan.scan()


def limit_reached(scan: Scene) -> None:
    scan.scan(AT - timedelta(days=2))
    scan.scan()


def limit_reached_for_good(scan: Scene) -> None:
    scan.club.membership.ends_at = AT + timedelta(days=1)
    members.save_membership(scan.club.membership)
    limit_reached(scan)


def cooldown(scan: Scene) -> None:
    scan.grant(WINE, [Limit(5, WEEK_S, gap_seconds=1_800)])
    scan.scan(AT - timedelta(minutes=10))
    scan.scan()


def _confirmed(scan: Scene, contact: Contact, **rule: object) -> None:
    scan.grant(WINE, [Limit(5, WEEK_S)], confirm=True, **rule)
    scan.circumstances["contact"] = contact
    scan.scan()


def confirmation_needed(scan: Scene) -> None:
    _confirmed(scan, Contact.ONLINE)


def confirmation_offline(scan: Scene) -> None:
    _confirmed(scan, Contact.OFFLINE, offline="deny")


def confirmation_spent(scan: Scene) -> None:
    """The second of an edge that may give one while it is away; the first has come in meanwhile."""
    scan.grant(WINE, [Limit(5, WEEK_S)], confirm=True, offline="at_most", offline_uses=1)
    scan.circumstances["contact"] = Contact.OFFLINE
    before = scan.facts()
    first = scan.scan(AT - timedelta(minutes=5))
    use = next(use for use in scan.facts().uses if use.id == first.id)
    scan.scan(facts=replace(before, uses=(use,), since_contact=frozenset({use.id})), own_uses=[use.id])


def cannot_be_recorded(scan: Scene) -> None:
    ask = scan.ask()
    scan.send(scan.message(ask, cannot_record(decide(ask, scan.facts(), AT)), AT))


def unlocked(scan: Scene) -> None:
    scan.circumstances["posture"] = Posture.UNLOCKED
    scan.scan(facts=Facts(position=None))


def free_access(scan: Scene) -> None:
    scan.circumstances["posture"] = Posture.FREE
    scan.scan()


def granted(scan: Scene) -> None:
    scan.scan()
