"""From what the database holds to what the contract means, and to rows of the feed."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import QuerySet

from contract import facts, grant, limits, membership, plan_rows, rows
from contract.feed import Change, Kind, rotating_key
from contract.membership import AtEnd, Holder, HolderKind
from hub.members.models import Card, Customer, Freeze, Grant, Link, Membership, Permission, Plan

_FIELDS: Final = (
    *("pk", "customer_id", "company_id", "plan_id", "starts_at", "ends_at", "revoked_at", "pending", "at_end"),
    *("grace_hours", "trial_until", "freezes_extend"),
)
"""All that a membership's meaning rests on, freezes aside."""
_AT_ONCE: Final = 5_000


def customer_row(customer: Customer) -> Change:
    return rows.customer_change(facts.Customer(customer.pk, customer.name))


def link_row(link: Link) -> Change:
    return rows.link_change(link.customer_id, link.company_id)


def plan_row(plan: Plan) -> Change:
    return plan_rows.plan_change(meaning_of_plan(plan))


def membership_row(held: Membership) -> Change:
    """Reads its freezes anew: those read before the feed was held may have changed since."""
    return rows.membership_change(_with_freezes(held, held.freezes.order_by("from_at", "id")))


def bare_membership_row(held: Membership) -> Change:
    """Without freezes: of a new membership, or where its key is all that matters."""
    return rows.membership_change(_with_freezes(held, ()))


def card_row(card: Card) -> Change:
    revoked = card.revoked_at is not None
    return rows.card_change(
        bytes(card.lookup_hash), facts.Card(card.customer_id, revoked, card.valid_from, card.valid_until)
    )


def rotating_row(card: Card) -> Change:
    """Gone, where the card is revoked or does not rotate."""
    if card.revoked_at is not None or card.rotating_salt is None:
        return no_rotating_row(card)
    return rows.rotating_change(bytes(card.lookup_hash), bytes(card.rotating_salt))


def no_rotating_row(card: Card) -> Change:
    return Change(Kind.ROTATING, rotating_key(bytes(card.lookup_hash)), b"", None)


def meaning_of_plan(plan: Plan, grants: Iterable[grant.Grant] | None = None) -> membership.Plan:
    """The plan as the rules see it; with other grants than are stored, where they are given. Else it reads those
    and all that belongs to them: prefetch it for many plans (queries)."""
    granted = map(meaning_of_grant, plan.grants.all()) if grants is None else grants
    return membership.Plan(plan.pk, plan.name, tuple(granted), plan.billing)


def meaning_of(held: Membership) -> membership.Membership:
    """The membership as the rules see it: prefetch the freezes of many. MembershipError: they overlap."""
    return _with_freezes(held, held.freezes.all())


def meanings_of(memberships: QuerySet[Membership]) -> Iterator[membership.Membership]:
    """Of a hundred thousand in seconds: no more is read of each than what it means."""
    frozen: dict[int, list[Freeze]] = {}
    for each in Freeze.objects.filter(membership__in=memberships):
        frozen.setdefault(each.membership_id, []).append(each)
    for row in memberships.order_by().values_list(*_FIELDS, named=True).iterator(_AT_ONCE):
        yield _with_freezes(row, frozen.get(row.pk, ()))


def check_freezes(freezes: Iterable[Freeze]) -> None:
    """MembershipError: one membership cannot have these together."""
    holder = Holder(HolderKind.CUSTOMER, 0)
    meant = tuple(map(_freeze, freezes))
    if meant:
        membership.Membership(0, holder, 0, meant[0].from_at, None, freezes=meant)


def limits_of(granted: Grant) -> tuple[limits.Limit, ...]:
    return tuple(each.limit for each in granted.limits.all())


def meaning_of_grant(granted: Grant, limited: Iterable[limits.Limit] | None = None) -> grant.Grant:
    """The grant as the rules see it; with other limits than are stored, where they are given.
    contract.grant.GrantError: it cannot be meant."""
    permission = granted.permission
    return grant.Grant(
        permission.slug,
        limits_of(granted) if limited is None else tuple(limited),
        schedule=None if granted.schedule is None else granted.schedule.slug,
        partners=approved(permission, permission.partners.all()),
        login_required=permission.login_required,
        confirm=granted.confirm,
        offline=grant.Offline(granted.offline),
        offline_uses=granted.offline_uses or 0,
        partner_may_be_said=permission.partner_may_be_said,
    )


def approved(permission: Permission, partners: Iterable[Any]) -> frozenset[str] | None:
    """Of the partners approved for it those that are active; None: all partners, named or not."""
    if not permission.approved_partners_only:
        return None
    return frozenset(each.slug for each in partners if each.active)


def _with_freezes(held: Any, freezes: Iterable[Freeze]) -> membership.Membership:
    return membership.Membership(
        id=held.pk,
        holder=_holder(held),
        plan_id=held.plan_id,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        revoked=held.revoked_at is not None,
        pending=held.pending,
        at_end=AtEnd(held.at_end),
        grace_seconds=(held.grace_hours or 0) * 3_600,
        trial_until=held.trial_until,
        freezes=tuple(map(_freeze, freezes)),
        freezes_extend=held.freezes_extend,
    )


def _freeze(freeze: Freeze) -> membership.Freeze:
    return membership.Freeze(freeze.from_at, freeze.until_at)


def _holder(held: Any) -> Holder:
    if held.customer_id is not None:
        return Holder(HolderKind.CUSTOMER, held.customer_id)
    return Holder(HolderKind.COMPANY, held.company_id)
