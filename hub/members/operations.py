"""Every write to customers, companies, plans, memberships and cards, with its feed rows in one transaction.

What happens to a membership in its time (cancelled, frozen, paid) is in status_operations.py.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db.models import Model
from django.utils.translation import gettext as _

from contract.card import RANDOM_BYTES, canonical_code, new_code
from contract.feed import company_key
from contract.limits import Limit
from contract.rows import gone
from hub.audit import operations as audit
from hub.errors import HubError
from hub.feed import operations as feed
from hub.feed.operations import EVERYONE
from hub.mail import operations as mail
from hub.members import codes, queries, rows
from hub.members.audit_words import approved_names, grants_in_words, note_approved, note_grants
from hub.members.going import note_going, rows_of_company, rows_of_customer
from hub.members.grant_rules import check_billing, check_grant, check_permission
from hub.members.models import Card, Company, Customer, Grant, GrantLimit, Link, Membership, Permission, Plan
from hub.members.rotating_operations import append_salts, forget_salts
from hub.members.seats import check_seats
from hub.members.signals import customers_changed, limits_changed
from hub.members.status_operations import check_follows_provider, with_grace
from hub.members.writing import add, delete, delete_unless_in_use, revoke, save, stored, writing


class CardTaken(HubError):
    """`card` has this code already."""

    def __init__(self, card: Card) -> None:
        said = _("this code is on %(taken)s already: delete that card first, or use another code")
        super().__init__(said % {"taken": card})
        self.card = card


# Customers and companies


def save_customer(customer: Customer) -> Customer:
    with writing():
        save(customer, rows.customer_row)
        customers_changed.send(Customer, customers=[customer])
    return customer


def add_customers(customers: Iterable[Customer]) -> list[Customer]:
    return add(Customer, customers, rows.customer_row)


def delete_customers(customers: Iterable[Customer]) -> None:
    """With their cards, links and own memberships; what they used is forgotten in the feed, check-ins stay. The
    audit log forgets who they were, and letters to them go."""
    with writing():
        for customer in customers:
            feed.append(EVERYONE, map(gone, rows_of_customer(customer)))
            forget_salts(customer.cards.all())
            note_going(customer, "plan", "company")
            audit.note_deleted(customer)
            customer_id = customer.pk
            delete_unless_in_use(customer)
            audit.erase_customer(customer_id)
            mail.forget_customer(customer_id)


def save_company(company: Company) -> Company:
    return save(company)


def add_companies(companies: Iterable[Company]) -> list[Company]:
    return add(Company, companies)


def delete_companies(companies: Iterable[Company]) -> None:
    """With their links and memberships; the people stay."""
    with writing():
        for company in companies:
            feed.append(EVERYONE, map(gone, rows_of_company(company)))
            feed.forget_holders([company_key(company.pk)])
            note_going(company, "plan", "customer")
            audit.note_deleted(company)
            delete_unless_in_use(company)


def save_link(link: Link, at: datetime | None = None) -> Link:
    """`at` None: by the database's clock. ValidationError: the company's seats are used up, or they belong to it
    already."""
    with writing():
        before = stored(link)
        save(link, rows.link_row)
        if before is None or before.company_id != link.company_id:
            check_seats([link.company_id], at)
    return link


def add_links(links: Iterable[Link], at: datetime | None = None) -> list[Link]:
    """As save_link, and none comes in where one cannot."""
    with writing():
        added = add(Link, links, rows.link_row)
        check_seats((each.company_id for each in added), at)
    return added


def delete_links(links: Iterable[Link]) -> None:
    delete(links, rows.link_row)


# Permissions and plans


def save_permission(permission: Permission, partners: Iterable[Model] | None = None) -> Permission:
    """With the partners approved for it; None: they stay. Every plan that grants the permission moves."""
    with writing():
        approved = list(permission.partners.all() if partners is None and permission.pk else partners or ())
        check_permission(permission, approved, "approved_partners_only")
        save(permission)
        before = approved_names(permission)
        permission.partners.set(approved)
        note_approved(permission, before)
        _append_plans(permission.grants.values_list("plan_id", flat=True))
    return permission


def delete_permissions(permissions: Iterable[Permission]) -> None:
    """InUse: a plan grants it or a reader asks for it."""
    delete(permissions)


def append_plans_approving(partner_id: int) -> None:
    """For who has changed a partner, in the same transaction: the plans whose rows name it."""
    _append_plans(Grant.objects.filter(permission__partners=partner_id).values_list("plan_id", flat=True))


def save_plan(
    plan: Plan, grants: Iterable[tuple[Grant, Sequence[Limit]]] = (), leaving: Iterable[Grant] = ()
) -> Plan:
    """With those of its grants that change and those that leave, all at once: each may need the others' change."""
    with writing(), _moving(plan):
        save(plan)
        for grant in filter(None, map(stored, leaving)):
            grant.delete()
        for grant, limits in grants:
            grant.plan = plan
            _write_grant(grant, limits)
        check_billing(plan)
    return plan


def delete_plans(plans: Iterable[Plan]) -> None:
    """InUse: memberships of it exist, ended ones included."""
    delete(plans, rows.plan_row)


def save_grant(grant: Grant, limits: Sequence[Limit]) -> Grant:
    """Grants the permission with exactly these limits; none: it is not used up."""
    with writing(), _moving(grant.plan):
        _write_grant(grant, limits)
    return grant


def _write_grant(grant: Grant, limits: Sequence[Limit]) -> None:
    grant.full_clean()
    check_grant(grant, limits)
    grant.save()
    grant.limits.all().delete()
    GrantLimit.objects.bulk_create(GrantLimit.of(grant, limit) for limit in limits)


@contextmanager
def _moving(plan: Plan) -> Iterator[None]:
    """What is done inside moves the plan's row; who follows uses hears where other ones count now."""
    before, granted = queries.limits_in(plan), grants_in_words(plan)
    yield
    note_grants(plan, granted)
    _append_plans([plan.pk])
    if queries.limits_in(plan) != before:
        limits_changed.send(Plan, plan_ids=[plan.pk])


# Memberships


def save_membership(membership: Membership) -> Membership:
    """A new holder takes no uses along: they were counted for somebody else.

    hub.members.status_operations.Refused: its dates follow a payment provider.
    """
    with writing():
        check_follows_provider(with_grace(membership))
        return save(membership, rows.membership_row)


def add_memberships(memberships: Iterable[Membership]) -> list[Membership]:
    return add(Membership, map(with_grace, memberships), rows.bare_membership_row)


def revoke_memberships(memberships: Iterable[Membership], at: datetime) -> None:
    """They end at once and for good; those revoked before stay as they are."""
    revoke(memberships, at, rows.membership_row)


def delete_memberships(memberships: Iterable[Membership]) -> None:
    """What was used under them still counts where a limit looks at the customer or at the company's pool."""
    delete(memberships, rows.bare_membership_row)


# Cards


def issue_card(customer: Customer) -> Card:
    """A new card with a random code."""
    return make_card(Card(customer=customer))


def issue_cards(customers: Iterable[Customer]) -> list[Card]:
    return add(Card, (_with_code(Card(customer=each), _random_code()) for each in customers), rows.card_row)


def import_card(customer: Customer, text: str) -> Card:
    """A card that the customer carries already. CardTaken; contract.card.CardError: no code can be like this."""
    return make_card(Card(customer=customer), text)


def make_card(card: Card, text: str = "") -> Card:
    """Gives a card (customer and dates are set) the code in `text`, or a random one where that is empty; saves it.

    CardTaken; contract.card.CardError: no code can be like this.
    """
    code = canonical_code(text) if text else _random_code()
    with writing():
        taken = queries.card_with_code(code)
        if taken is not None:
            raise CardTaken(taken)
        return save(_with_code(card, code), rows.card_row)


def save_card(card: Card) -> Card:
    """Its dates, revocation and holder; a card's code never changes."""
    with writing():
        save(card, rows.card_row)
        append_salts([card])
    return card


def revoke_cards(cards: Iterable[Card], at: datetime) -> None:
    going = list(cards)
    with writing():
        revoke(going, at, rows.card_row)
        forget_salts(going)


def delete_cards(cards: Iterable[Card]) -> None:
    going = list(cards)
    with writing():
        forget_salts(going)
        delete(going, rows.card_row)


def _append_plans(ids: Iterable[int]) -> None:
    feed.append(EVERYONE, map(rows.plan_row, queries.plans_with_grants().filter(pk__in=ids)))


def _random_code() -> str:
    return new_code(secrets.token_bytes(RANDOM_BYTES))


def _with_code(card: Card, code: str) -> Card:
    card.lookup_hash = codes.hash_of(code)
    card.code_encrypted = codes.encrypt(code)
    return card
