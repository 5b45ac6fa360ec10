"""Memberships assigned and changed at the desk: every action once, what its dialog says, and two staff at once."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contract.membership import AtEnd, Detail
from hub.desk.membership_actions import ACTIONS
from hub.fleet.models import Edge, Reader, Site
from hub.members import operations, queries, status_operations
from hub.members.models import Company, Customer, Link, Membership, Plan
from hub.members.versions import version_of
from tests.hub.people import DAY, a_customer, a_plan

pytestmark = pytest.mark.usefixtures("database")


def held(**fields: object) -> Membership:
    now = timezone.now()
    plan = Plan.objects.first() or a_plan()
    fields = {"customer": a_customer("Ann"), "starts_at": now - 3 * DAY, "ends_at": now + 9 * DAY} | fields
    return operations.save_membership(Membership(plan=plan, **fields))


def address(membership: Membership, name: str) -> str:
    return reverse("desk:act", args=[membership.pk, name])


def act(client: Client, membership: Membership, name: str, status: int = 302, **fields: object) -> str:
    """As somebody who has just looked at it."""
    shown = client.get(address(membership, name))
    assert shown.status_code == 200
    version = version_of(Membership.objects.get(pk=membership.pk))
    assert f'name="shown" value="{version}"' in shown.content.decode()
    response = client.post(address(membership, name), {"shown": version, **fields})
    assert response.status_code == status, response.content.decode()
    return shown.content.decode()


def detail(membership: Membership) -> Detail:
    return queries.status_of(Membership.objects.get(pk=membership.pk), timezone.now()).detail


def when(name: str, at: object) -> dict[str, str]:
    return {f"{name}_0": f"{at:%Y-%m-%d}", f"{name}_1": f"{at:%H:%M}"}


def test_a_plan_is_assigned_and_its_end_proposed(colleague_client: Client) -> None:
    plan = a_plan()
    plan.billed_every = 1
    operations.save_plan(plan)
    ann, club = a_customer("Ann"), operations.save_company(Company(name="Club"))
    now = timezone.now()
    there = reverse("desk:assign_to_customer", args=[ann.pk])
    assert colleague_client.get(there).status_code == 200
    assert colleague_client.post(there, {}).status_code == 422
    given = {"plan": plan.pk, **when("starts_at", now), "renews": "on"}
    assert colleague_client.post(there, given).status_code == 302
    membership = Membership.objects.get()
    assert membership.customer == ann and membership.ends_at is not None
    assert 27 <= (membership.ends_at - membership.starts_at).days <= 31
    assert (membership.at_end, membership.grace_hours) == (AtEnd.RENEWS, 72)
    wrong = colleague_client.post(there, given | when("ends_at", now - DAY))
    assert wrong.status_code == 422 and "end has to lie after the start" in wrong.content.decode()
    of_company = reverse("desk:assign_to_company", args=[club.pk])
    assert colleague_client.post(of_company, given | {"pending": "on"}).status_code == 302
    assert detail(Membership.objects.get(company=club)) is Detail.PENDING


def test_it_says_who_loses_what_and_where_it_is_known(colleague_client: Client) -> None:
    club = operations.save_company(Company(name="Club"))
    for name in ("Ann", "Bob"):
        operations.save_link(Link(customer=a_customer(name), company=club))
    membership = held(customer=None, company=club)
    site = Site.objects.create(name="house")
    from hub.feed.models import Feed  # noqa: PLC0415

    edge = Edge.objects.create(name="edge", site=site, feed=Feed.objects.first())
    for name in ("front", "back"):
        Reader.objects.create(
            edge=edge, name=name, kind="door", permission=membership.plan.grants.get().permission
        )
    said = act(colleague_client, membership, "cancel-now")
    assert "everybody at Club (2 people) loses Full at once." in said
    assert "2 doors and counters know it within seconds." in said
    assert detail(membership) is Detail.CANCELLED


def test_renewed_frozen_resumed_cancelled_and_taken_back(colleague_client: Client) -> None:
    membership = held(at_end=AtEnd.RENEWS)
    now = timezone.now()
    act(colleague_client, membership, "renew", **when("ends_at", now + 40 * DAY))
    assert Membership.objects.get().ends_at > now + 39 * DAY
    act(colleague_client, membership, "freeze", **when("from_at", now + DAY))
    act(colleague_client, membership, "take-freeze-back")
    act(colleague_client, membership, "freeze", **when("from_at", now))
    assert detail(membership) is Detail.SUSPENDED
    act(colleague_client, membership, "resume")
    assert detail(membership) is Detail.CURRENT
    act(colleague_client, membership, "cancel")
    assert detail(membership) is Detail.CANCELLING
    act(colleague_client, membership, "uncancel")
    assert detail(membership) is Detail.CURRENT
    act(colleague_client, membership, "revoke")
    assert detail(membership) is Detail.REVOKED


def test_a_first_payment_is_confirmed_and_a_plan_changed(colleague_client: Client) -> None:
    membership = held(pending=True)
    act(colleague_client, membership, "confirm-payment")
    assert detail(membership) is Detail.CURRENT
    other = a_plan("other")
    said = act(colleague_client, membership, "change-plan", plan=other.pk, when="next")
    assert "When what is paid for is over" in said
    later = Membership.objects.get(plan=other)
    assert later.starts_at == membership.ends_at and detail(later) is Detail.SCHEDULED
    third = a_plan("third")
    act(colleague_client, membership, "change-plan", plan=third.pk, when="now")
    assert detail(membership) is Detail.ENDED
    assert detail(Membership.objects.get(plan=third)) is Detail.CURRENT


def test_of_two_at_once_the_second_is_told_and_changes_nothing(colleague_client: Client) -> None:
    membership = held()
    shown = version_of(Membership.objects.get())
    status_operations.freeze_membership(membership, timezone.now() - timedelta(hours=1), None)
    for name in ACTIONS:
        there = address(membership, name)
        fields = {"shown": shown, **when("from_at", timezone.now()), **when("ends_at", timezone.now() + 30 * DAY)}
        if name == "change-plan":
            fields |= {"plan": a_plan("other").pk, "when": "now"}
        response = colleague_client.post(there, fields)
        assert response.status_code == 409, (name, response.content.decode())
        assert "Somebody has changed this meanwhile" in response.content.decode()
        again = colleague_client.post(there, fields)
        assert f'value="{shown}"' in again.content.decode() and again.status_code == 409
    assert detail(membership) is Detail.SUSPENDED and Membership.objects.count() == 1


def test_a_dialog_is_a_page_without_script_and_tells_what_cannot_be(colleague_client: Client) -> None:
    membership = held()
    whole = colleague_client.get(address(membership, "freeze")).content.decode()
    part = colleague_client.get(address(membership, "freeze"), HTTP_HX_REQUEST="true").content.decode()
    assert "<html" in whole and "<html" not in part
    cannot = colleague_client.get(address(membership, "resume")).content.decode()
    assert "cannot be done as it stands now" in cannot and '<button class="main' not in cannot
    assert colleague_client.get(address(membership, "no-such")).status_code == 404
    fields = {"shown": version_of(Membership.objects.get())}
    refused = colleague_client.post(address(membership, "resume"), fields, HTTP_HX_REQUEST="true")
    assert refused.status_code == 409 and "cannot be done as it stands now" in refused.content.decode()
    done = colleague_client.post(address(membership, "cancel"), fields, HTTP_HX_REQUEST="true")
    assert done["HX-Redirect"] == reverse("desk:customer", args=[Customer.objects.get().pk])
    offered = colleague_client.get(reverse("desk:customer", args=[Customer.objects.get().pk])).content.decode()
    names = set(re.findall(rf"/desk/memberships/{membership.pk}/([a-z-]+)/", offered))
    assert names == {"renew", "change-plan", "freeze", "uncancel", "cancel-now", "revoke"}


def test_what_is_over_stays_so_at_the_desk(colleague_client: Client) -> None:
    membership = held(at_end=AtEnd.RENEWS)
    act(colleague_client, membership, "cancel-now")
    for name in ("uncancel", "cancel", "renew"):
        given = when("ends_at", timezone.now() + 30 * DAY)
        assert "cannot be done as it stands now" in act(colleague_client, membership, name, 409, **given)
    assert detail(membership) is Detail.CANCELLED
