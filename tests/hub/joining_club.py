"""A club that people can join by themselves: its plans, a website, and somebody on their way as plain calls."""

import re
from datetime import datetime
from typing import Any

from contract.calendar import zone_of
from hub.joining import ending_operations, flow_operations, who_operations
from hub.joining.agreeing import version_of
from hub.joining.models import Flow
from hub.joining.queries import flow_with, present_of, trial_days_of
from hub.joining.steps import Step
from hub.mail.draft import unseal
from hub.mail.models import Mail
from hub.members import operations
from hub.members.models import Customer, Grant, Permission, Plan
from hub.organization.models import Signup
from hub.organization.operations import save_signup
from hub.organization.queries import signup
from hub.websites.models import Website
from tests.hub.website_tokens import AT

MAIL = "ann@club.example"
HERE = "192.0.2.1"
ZONE = zone_of("UTC")


def open_for_all(**fields: Any) -> Signup:
    settings = signup()
    for name, value in ({"is_open": True} | fields).items():
        setattr(settings, name, value)
    return save_signup(settings)


def a_plan(name: str = "Friends", **fields: Any) -> Plan:
    """Free and public, unless said otherwise."""
    door = Permission.objects.filter(slug="front-door").first()
    door = door or operations.save_permission(Permission(slug="front-door", name="Front door"))
    return operations.save_plan(Plan(name=name, **({"is_public": True} | fields)), [(Grant(permission=door), ())])


def a_paid_plan(name: str = "Gold", **fields: Any) -> Plan:
    return a_plan(name, **({"price_cents": 2_900, "currency": "EUR", "billed_every": 1} | fields))


def a_member(name: str = "Ann Arbor", email: str = MAIL) -> Customer:
    return operations.save_customer(Customer(name=name, email=email))


def code_sent() -> str:
    """The newest that waits in the outbox."""
    letter = Mail.objects.filter(kind="sign_in_code").latest("pk")
    found = re.search(r"^(\d{4} \d{4})$", unseal(letter.sealed, letter.message_id).text, re.MULTILINE)
    assert found is not None
    return found[1]


class Joiner:
    """Who goes through a flow, press by press, as a page would."""

    def __init__(
        self, plan: Plan | None, website: Website | None = None, token: str = "", at: datetime = AT
    ) -> None:
        at = AT
        self.at, self.website = at, website
        if website is not None and token:
            begun = flow_operations.begin_known(website, token, at)
            if plan is not None:
                flow_operations.choose_plan(begun.flow, plan, at)
        else:
            begun = flow_operations.begin(website, plan, at)
        self.secret = begun.secret

    @property
    def flow(self) -> Flow:
        return flow_with(self.secret, self.website, self.at)

    @property
    def step(self) -> Step:
        return present_of(self.flow, self.at).step

    def proves(self, email: str = MAIL) -> None:
        who_operations.ask_code(self.flow, email, self.at)
        who_operations.by_code(self.flow, code_sent(), HERE, self.at)

    def says(self, **said: str) -> dict[str, str]:
        return ending_operations.fill_in(self.flow, said, self.at)[1]

    def agrees(self, way: str = "", accepted: bool = True, shown: str | None = None) -> Flow:
        flow = self.flow
        assert flow.plan is not None
        shown = version_of(flow.plan, signup(), trial_days_of(flow)) if shown is None else shown
        return ending_operations.agree(flow, shown, accepted, way, self.at, ZONE)

    def joins(self, name: str = "Ann", email: str = MAIL, way: str = "") -> Flow:
        """All of it, as somebody new."""
        self.proves(email)
        self.says(name=name)
        self.agrees(way)
        return self.flow
