"""The end of joining: who agrees has a membership, a card and a letter, once, however often it is pressed.

All of it is one transaction: the customer (or company) who was not there before, what they said, the membership,
as it waits for its payment or begins at once. What was agreed to stands in the audit log.
"""

from contextlib import suppress
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from hub.accounts.account_operations import create_customer, told_of
from hub.accounts.addresses import customers_at
from hub.accounts.people_operations import companies_seen_to_by, seats_needed
from hub.accounts.proofs import How, customers_of
from hub.audit import operations as audit
from hub.audit.acting import acting
from hub.billing.joining_operations import take_plan
from hub.billing.offers import Way
from hub.cards.link_operations import MEMBER, LinkShown, make_link
from hub.errors import HubError
from hub.joining import queries
from hub.joining.agreeing import version_of
from hub.joining.asking import NEW_COMPANY, read, told
from hub.joining.flow_operations import NO_PROOF, held, set_on, visitor_of
from hub.joining.models import Flow
from hub.joining.queries import Present, may_see_card, present_of
from hub.joining.steps import Press
from hub.joining.who_operations import proof_of
from hub.letters.joined import send_joined
from hub.members import operations
from hub.members.models import Company, Customer, Link, Membership
from hub.members.profile_operations import add_own_words
from hub.members.queries import live_cards
from hub.members.writing import writing
from hub.organization.queries import signup
from hub.websites.queries import customer_of
from hub.websites.subject_operations import add_customer, bind

_FORGOTTEN: Final = {"hint_email": "", "hint_name": "", "said": None, "code_state": b"", "code_email": ""}
_TOLD_AT_ONCE: Final = 50


class NotAgreed(HubError):
    """Nobody has joined by this; the text says what to do."""


class NoCardHere(HubError):
    """Whoever asks has not proved whose card it is."""


def fill_in(flow: Flow, raw: dict[str, str], at: datetime) -> tuple[Flow, dict[str, str]]:
    """With what is wrong, by the fields' names: that is kept nowhere, and asked once more."""
    with held(flow, Press.FIELDS, at) as now:
        if now is None:
            return flow, {}
        said, wrong = read(list(present_of(now, at).asked), raw, at)
        if said.get("company") == NEW_COMPANY and not said.get("company_name"):
            wrong["company_name"] = _("Please fill this in.")
        if "seats" in said and "seats" not in wrong and (few := _too_few(now, said, at)):
            wrong["seats"] = few
        right = {name: text for name, text in said.items() if name not in wrong}
        return set_on(now, said={**right, "filled": not wrong}), wrong


def agree(flow: Flow, shown: str, accepted: bool, way: str, at: datetime, zone: ZoneInfo) -> Flow:  # noqa: PLR0913, PLR0917
    """`shown`: what they saw (agreeing.version_of); `way`: of billing's, as it was offered. NotAgreed;
    hub.billing.checkout_operations.NotForSale; AddressStands; others of hub/websites/subject_operations.py;
    django.core.exceptions.ValidationError: somebody's name or the like does not fit."""
    with acting(MEMBER), writing(), held(flow, Press.AGREE, at) as now:
        if now is None:
            return flow
        standing = customers_at(now.proved_email) if now.is_new and now.proved_email and not now.offered else []
        if standing:
            # In another window they were made meanwhile: is it them?
            return set_on(now, is_new=False, offered=[each.pk for each in standing])
        bound = customer_of(now.website, now.sub) if now.website and now.sub and not now.customer_id else None
        if bound is not None:
            # The visitor came to be somebody meanwhile, of whom this flow has proved nothing.
            return set_on(now, **NO_PROOF | {"customer": bound})
        present = present_of(now, at)
        chosen = _check(present, shown, accepted, way)
        now.customer = _customer(now, present, at)
        now.membership = _membership(now, chosen, at, zone)
        joined = {
            "customer": now.customer,
            "is_new": now.is_new,
            "membership": now.membership,
            "way": chosen.value,
        }
        return set_on(now, **_FORGOTTEN, **joined)


def ask_address_again(flow: Flow, at: datetime) -> Flow:
    """The address that a website named is somebody's by now: it has to be proved."""
    with held(flow, Press.AGREE, at) as now:
        return set_on(now, is_new=False) if now else flow


def finish(flow: Flow, at: datetime) -> None:
    """Who has joined is written to, once; who still has to pay online is not yet."""
    membership = Membership.objects.select_related("customer", "plan").filter(pk=flow.membership_id).first()
    if membership is None or (membership.pending and flow.way == Way.PROVIDER):
        return
    # Who began anew while the first payment was open comes to the same membership.
    mine = Flow.objects.filter(membership=membership)
    is_told = mine.filter(told_at__isnull=False).exists()
    # All of them are looked at no more: else a few would stand before everybody who is still to be written to.
    is_first = mine.filter(told_at=None).update(told_at=at) and not is_told
    if is_first and membership.revoked_at is None and flow.customer is not None:
        with acting(MEMBER), suppress(HubError):
            send_joined(flow.customer, membership, at)


def finish_paid(at: datetime) -> int:
    """Those whose payment came after they had gone. How many were written to."""
    waiting = Flow.objects.filter(membership__pending=False, told_at=None).select_related("customer")
    found = list(waiting[:_TOLD_AT_ONCE])
    for flow in found:
        finish(flow, at)
    return len(found)


def card_link(flow: Flow, at: datetime) -> LinkShown:
    """For this phone, to open now: what was proved in the flow is proved on it. NoCardHere."""
    if flow.customer is None or not may_see_card(flow):
        raise NoCardHere(_("The link to your card is on its way to you by e-mail."))
    with acting(MEMBER):
        proof = proof_of(flow)
        is_theirs = proof is not None and flow.customer in customers_of(proof)
        return make_link(flow.customer, at, flow.proved_at if is_theirs else None)


def _too_few(flow: Flow, said: dict[str, str], at: datetime) -> str:
    """Seats for a company that has people already; empty: there are enough."""
    seen_to = companies_seen_to_by(flow.customer) if flow.customer is not None else []
    company = next((each for each in seen_to if str(each.pk) == said.get("company")), None)
    needed = 0 if company is None else seats_needed(company, at)
    if company is None or int(said["seats"]) >= needed:
        return ""
    return _("%(company)s has %(needed)s people, with those who are invited: take as many seats, or more.") % {
        "company": company,
        "needed": needed,
    }


def _check(present: Present, shown: str, accepted: bool, way: str) -> Way:
    settings, plan = signup(), present.flow.plan
    if plan is None or not settings.is_open:
        raise NotAgreed(_("Nobody can join here at the moment."))
    if shown != version_of(plan, settings, queries.trial_days_of(present.flow)):
        raise NotAgreed(_("The terms or the price have changed meanwhile: please read them again."))
    if settings.terms and not accepted:
        raise NotAgreed(_("Accept the terms to join."))
    chosen = next((each.way for each in present.offers if each.way == way), None)
    if chosen is None and len(present.offers) > 1:
        raise NotAgreed(_("Choose how you pay."))
    return chosen or present.offers[0].way


def _customer(flow: Flow, present: Present, at: datetime) -> Customer:
    said, asked = flow.said or {}, list(present.asked)
    visitor, proof = visitor_of(flow), proof_of(flow)
    if flow.customer is not None:
        customer = flow.customer
        if proof is not None:
            told_of(customer, proof, at)
        if visitor is not None and proof is not None:
            bind(visitor, customer, flow.proved_email, at, is_handed=proof.how is How.HANDED)
    elif visitor is not None:
        email = flow.proved_email or flow.hint_email
        new = Customer(name=said["name"], email=email)
        customer = add_customer(visitor, new, flow.proved_email, at)
    elif proof is not None:
        customer = create_customer(said["name"], proof)
    else:
        raise NotAgreed(_("Say who you are first."))
    if said.get("phone") and not customer.phone:
        customer.phone = said["phone"]
        operations.save_customer(customer)
    if text := told(asked, said):
        add_own_words(customer, _("Said as they joined:") + f"\n{text}", at)
    if not live_cards(at).filter(customer=customer).exists():
        operations.issue_card(customer)
    return customer


def _membership(flow: Flow, way: Way, at: datetime, zone: ZoneInfo) -> Membership:
    plan, customer = flow.plan, flow.customer
    if plan is None or customer is None:
        raise NotAgreed(_("Say who you are first."))
    if plan.for_companies and queries.company_chosen(flow) is None and queries.is_barred(customer, plan):
        raise NotAgreed(_("Your company had this plan, and the club has ended it: please ask there."))
    holder = _company(flow, customer) if plan.for_companies else customer
    if queries.held_by(holder.memberships, plan, at) is not None:
        raise NotAgreed(_("%(holder)s has this plan already.") % {"holder": holder})
    if queries.is_barred(holder, plan):
        raise NotAgreed(
            _("%(holder)s had this plan, and the club has ended it: please ask there.") % {"holder": holder}
        )
    seats = queries.seats_of(flow) if plan.for_companies else None
    left = queries.left_unpaid(holder.memberships, plan, at) if way is Way.PROVIDER else None
    if left is not None and left.seats != seats:
        left.seats = seats
        operations.save_membership(left)
    membership = left or take_plan(plan, holder, seats, way, at, zone)
    website = flow.website.name if flow.website else ""
    agreed = {"terms": signup().terms_version, "way": way.value, "website": website}
    audit.note("joined", membership, None, agreed)
    return membership


def _company(flow: Flow, customer: Customer) -> Company:
    """One that they administer, or a new one with them as its admin."""
    said = flow.said or {}
    chosen = queries.company_chosen(flow)
    if chosen is not None:
        return chosen
    if not said.get("company_name"):
        raise ValidationError(_("Say which company it is for."))
    company = operations.save_company(Company(name=said["company_name"], email=customer.email))
    operations.save_link(Link(customer=customer, company=company, is_admin=True))
    return company
