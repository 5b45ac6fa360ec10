"""A flow begun, its plan chosen, a step gone back: whatever is pressed at another step changes nothing.

A flow's secret is whoever's it was given to: it is the only right that is needed for what is done in it.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from hub.joining.models import Flow
from hub.joining.queries import FlowOver, hash_of, present_of
from hub.joining.steps import Press, Step, may
from hub.mail.queries import can_send
from hub.members.finding import with_email
from hub.members.models import Customer, Plan
from hub.websites.models import Website
from hub.websites.queries import customer_of
from hub.websites.token_operations import Visitor, use_token

LASTS: Final = timedelta(hours=2)
_KEPT: Final = timedelta(days=3)
"""After its end, of one whose payment may still come: who has joined is written to."""
_BYTES: Final = 32
_PRUNED_AT_ONCE: Final = 100
NO_PROOF: Final[dict[str, Any]] = {
    "code_state": b"",
    "code_email": "",
    "proved_how": "",
    "proved_email": "",
    "proved_at": None,
    "offered": [],
    "customer": None,
    "is_new": False,
    "said": None,
}


@dataclass(frozen=True, slots=True)
class Begun:
    """`secret`: for whoever began it, in a hidden field."""

    flow: Flow
    secret: str = field(repr=False)


def begin(website: Website | None, plan: Plan | None, at: datetime) -> Begun:
    return _begun(Flow(website=website, plan=plan), at)


def begin_known(website: Website, token: str, at: datetime) -> Begun:
    """By a visitor's token, which is used up by it. hub.websites.faults.TokenRefused;
    hub.websites.sealing.SecretUnreadable."""
    visitor = use_token(website, token, at)
    flow = Flow(website=website, sub=visitor.sub, hint_email=visitor.email, hint_name=visitor.name)
    _know_visitor(flow)
    return _begun(flow, at)


def choose_plan(flow: Flow, plan: Plan, at: datetime) -> Flow:
    with held(flow, Press.PLAN, at) as now:
        if now is None:
            return flow
        now.plan = plan
        now.save(update_fields=["plan"])
        return now


def go_back(flow: Flow, at: datetime) -> Flow:
    """To where something can be said otherwise."""
    with held(flow, Press.BACK, at) as now:
        if now is None:
            return flow
        present = present_of(now, at)
        if present.step is Step.AGREE and present.asked:
            return set_on(now, said={**(now.said or {}), "filled": False})
        if present.step is Step.CODE:
            return set_on(now, code_state=b"", code_email="")
        if present.step is Step.WHO or not now.is_proved:
            return set_on(now, plan=None)
        mailbox = {"proved_email": now.proved_email, "proved_at": now.proved_at}
        return set_on(now, **NO_PROOF | mailbox | {"customer": _known_as(now)})


def visitor_of(flow: Flow) -> Visitor | None:
    """None: nobody was known as this flow began."""
    if flow.website is None or not flow.sub:
        return None
    return Visitor(flow.website, flow.sub, flow.hint_email, flow.hint_name)


@contextmanager
def held(flow: Flow, press: Press, at: datetime) -> Iterator[Flow | None]:
    """As it is, nobody else's until the transaction ends; None: it is not at a step where this can be pressed."""
    with transaction.atomic():
        now = Flow.objects.select_for_update().filter(pk=flow.pk).first()
        if now is None:
            raise FlowOver("")
        yield now if may(present_of(now, at).step, press) else None


def set_on(flow: Flow, **fields: Any) -> Flow:
    for name, value in fields.items():
        setattr(flow, name, value)
    flow.save(update_fields=list(fields))
    return flow


def _know_visitor(flow: Flow) -> None:
    """Whom the website calls so always was the same; somebody new is made only where the address is nobody's."""
    if flow.website is None:
        return
    flow.customer = _known_as(flow)
    if flow.customer is None and (flow.hint_email or not can_send()):
        flow.is_new = not with_email(flow.hint_email).exists()


def _known_as(flow: Flow) -> Customer | None:
    return customer_of(flow.website, flow.sub) if flow.website is not None and flow.sub else None


def _begun(flow: Flow, at: datetime) -> Begun:
    forget_old(at)
    secret = secrets.token_urlsafe(_BYTES)
    flow.secret_hash, flow.began_at, flow.until = hash_of(secret), at, at + LASTS
    flow.save()
    return Begun(flow, secret)


def forget_old(at: datetime) -> int:
    """Of those who did not join nothing is kept beyond the flow's time. How many went; 0: there are no more."""
    old = Q(until__lte=at, membership=None) | Q(until__lte=at - _KEPT)
    ids = list(Flow.objects.filter(old).values_list("pk", flat=True)[:_PRUNED_AT_ONCE])
    return Flow.objects.filter(pk__in=ids).delete()[0]
