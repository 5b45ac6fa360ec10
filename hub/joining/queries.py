"""Reading who is on their way: what is known of them, which step is next, which plans there are."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from contract.membership import Detail, State
from hub.accounts.people_operations import companies_seen_to_by
from hub.billing.offers import Offer, Way, offers_for, price_of
from hub.billing.queries import standing
from hub.billing.trials import trial_days
from hub.errors import HubError
from hub.joining.asking import Asked, asked_of
from hub.joining.models import Flow
from hub.joining.steps import Known, Step, step_of
from hub.members.barring import barred_plans
from hub.members.models import Company, Customer, Membership, Plan
from hub.members.queries import status_of
from hub.organization.queries import signup
from hub.websites.models import Website
from hub.websites.queries import customer_of

_SECRET_LETTERS_MAX: Final = 200


class FlowOver(HubError):
    """No such flow, or its time is over: it begins anew."""


@dataclass(frozen=True, slots=True)
class Present:
    """Where somebody is now. `asked`: the fields of the step FIELDS, with what was said."""

    flow: Flow
    step: Step
    asked: tuple[Asked, ...] = ()
    offers: tuple[Offer, ...] = ()
    held: Membership | None = None

    @property
    def choices(self) -> list[Customer]:
        return list(Customer.objects.filter(pk__in=self.flow.offered).order_by("pk"))


def public_plans() -> list[Plan]:
    return list(Plan.objects.filter(is_public=True).order_by("price_cents", "name", "pk"))


def public_plan(public_id: str) -> Plan:
    """Plan.DoesNotExist."""
    # PostgreSQL takes no NUL, and says so by an error of its own.
    return Plan.objects.get(public_id=public_id.replace("\0", " "), is_public=True)


def hash_of(secret: str) -> bytes:
    return sha256(secret[:_SECRET_LETTERS_MAX].encode()).digest()


def flow_with(secret: str, website: Website | None, at: datetime) -> Flow:
    """FlowOver. One that began in a website's frame goes on there alone."""
    parts = ("plan", "customer", "website", "membership__plan", "membership__company")
    found = Flow.objects.select_related(*parts).filter(secret_hash=hash_of(secret), website=website, until__gt=at)
    flow = found.first()
    if flow is None:
        raise FlowOver("")
    return flow


def present_of(flow: Flow, at: datetime) -> Present:
    asked = fields_of(flow)
    held = held_already(flow, at)
    step = step_of(_known(flow, held, asked))
    offers = tuple(offers_for(flow.plan)) if flow.plan is not None else ()
    return Present(flow, step, tuple(asked), offers, held)


def fields_of(flow: Flow) -> list[Asked]:
    """None before it is known whom it is for."""
    if flow.plan is None or not (flow.customer_id or flow.is_new) or flow.membership_id:
        return []
    seen_to = companies_seen_to_by(flow.customer) if flow.customer is not None else []
    return asked_of(flow.customer, flow.hint_name, flow.plan, signup(), seen_to)


def held_already(flow: Flow, at: datetime) -> Membership | None:
    """Of a plan for one person: they would hold it twice."""
    if flow.plan is None or flow.customer is None or flow.membership_id or flow.plan.for_companies:
        return None
    return held_by(flow.customer.memberships, flow.plan, at)


def held_by(memberships: "Membership.objects", plan: Plan, at: datetime) -> Membership | None:  # type: ignore[name-defined]
    """One that waits for a payment that was left online is not held: joining once more goes on with it."""
    found = memberships.filter(plan=plan, revoked_at=None).select_related("plan").prefetch_related("freezes")
    return next((each for each in found if _is_held(each, at)), None)


def is_barred(holder: Customer | Company, plan: Plan) -> bool:
    """Staff have ended it at once, and given it no more since. A customer's, of a plan for companies: of one that
    they see to."""
    if isinstance(holder, Company):
        held = holder.memberships
    elif plan.for_companies:
        held = Membership.objects.filter(company__in=companies_seen_to_by(holder))
    else:
        held = holder.memberships
    return plan.pk in barred_plans(held.filter(plan=plan))


def needs_proof(flow: Flow) -> bool:
    """A website's word alone neither orders for a company nor takes what costs something, for somebody who stood
    here before."""
    if flow.plan is None or not flow.sub or flow.customer_id is None or flow.is_new or flow.is_proved:
        return False
    return flow.plan.for_companies or price_of(flow.plan) is not None


def trial_days_of(flow: Flow) -> int:
    """Free days that they have with this plan: none where they had them before."""
    if flow.plan is None or flow.customer is None:
        return 0 if flow.plan is None else flow.plan.trial_days
    return trial_days(flow.plan, company_chosen(flow) or flow.customer)


def left_unpaid(memberships: "Membership.objects", plan: Plan, at: datetime) -> Membership | None:  # type: ignore[name-defined]
    """One that waits for its first payment, and nobody asks for it."""
    found = memberships.filter(plan=plan, pending=True, revoked_at=None, billed_by="")
    waiting = (each for each in found.select_related("plan") if status_of(each, at).detail is Detail.PENDING)
    return next((each for each in waiting if not standing(each).is_by_hand), None)


def may_see_card(flow: Flow) -> bool:
    """Who has proved in this flow that they are this customer, or was made by it. Whom a website's word alone
    makes somebody who stood here before gets a letter instead; so does whom it made, once the address was proved
    by somebody else."""
    if flow.membership_id is None:
        return False
    if flow.website is None or not flow.is_new or flow.is_proved:
        return flow.is_new or flow.customer_id in flow.offered
    return customer_of(flow.website, flow.sub) == flow.customer


def company_chosen(flow: Flow) -> Company | None:
    """Of those that they see to; None: none of them."""
    seen_to = companies_seen_to_by(flow.customer) if flow.customer is not None else []
    return next((each for each in seen_to if str(each.pk) == (flow.said or {}).get("company")), None)


def company_said(flow: Flow) -> str:
    """By name, of a plan for companies; empty: it is for one person."""
    if flow.plan is None or not flow.plan.for_companies:
        return ""
    chosen = company_chosen(flow)
    return chosen.name if chosen is not None else (flow.said or {}).get("company_name", "")


def seats_of(flow: Flow) -> int:
    """As they said; of a plan for one person, one."""
    if flow.plan is None or not flow.plan.for_companies:
        return 1
    return int((flow.said or {}).get("seats") or 1)


def _is_held(membership: Membership, at: datetime) -> bool:
    status = status_of(membership, at)
    if status.detail is Detail.PENDING:
        return standing(membership).is_by_hand
    return status.state is not State.EXPIRED


def _known(flow: Flow, held: Membership | None, asked: list[Asked]) -> Known:
    joined, plan = flow.membership, flow.plan
    is_alone = plan is not None and flow.customer is not None and not plan.for_companies
    return Known(
        has_plan=flow.plan is not None and flow.plan.is_public,
        code_sent=bool(flow.code_state),
        is_proved=flow.is_proved,
        is_known=flow.is_new or (flow.customer_id is not None and not needs_proof(flow)),
        is_held=held is not None,
        is_barred=is_alone and is_barred(flow.customer, plan),  # type: ignore[arg-type]
        is_filled_in=not asked or bool((flow.said or {}).get("filled")),
        is_joined=joined is not None,
        waits_online=joined is not None and joined.pending and flow.way == Way.PROVIDER,
    )
