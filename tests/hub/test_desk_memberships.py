"""Memberships assigned and changed at the desk: every action once, what its dialog says, and two staff at once."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contract.membership import AtEnd, Detail
from hub.desk.membership_actions import ACTIONS
from hub.fleet.models import Edge, Reader, Site
from hub.fleet.zones import organization_zone
from hub.instants import begin_of_day
from hub.members import operations, periods, queries, status_operations
from hub.members.models import Company, Customer, Link, Membership, Plan
from hub.members.versions import version_of
from hub.templatetags.faces import last_day_text
from tests.hub.people import DAY, a_customer, a_plan

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


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


@pytest.mark.both_databases
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


def test_a_freeze_to_come_is_taken_back_before_it_begins_too(colleague_client: Client) -> None:
    now = timezone.now()
    membership = held(starts_at=now + DAY)
    status_operations.freeze_membership(membership, now + 2 * DAY, None)
    act(colleague_client, membership, "take-freeze-back")
    assert not membership.freezes.exists()


def test_a_freeze_begins_now_at_the_earliest(colleague_client: Client) -> None:
    membership, before = held(), timezone.now()
    act(colleague_client, membership, "freeze", **when("from_at", before - DAY))
    assert membership.freezes.get().from_at >= before


def test_a_freeze_lasts_until_the_end_of_the_day_that_is_typed(colleague_client: Client) -> None:
    membership, zone = held(), organization_zone()
    last = timezone.localdate(timezone.now(), zone) + 4 * DAY
    act(colleague_client, membership, "freeze", **when("from_at", timezone.now()), until_at_0=f"{last}")
    assert membership.freezes.get().until_at == begin_of_day(last + DAY, zone)


def test_a_renewal_says_the_end_that_freezes_move_on(colleague_client: Client) -> None:
    membership = held()
    Plan.objects.update(billed_every=1)
    plain = act(colleague_client, membership, "renew", 422)
    assert "until the day below." in plain
    status_operations.freeze_membership(membership, timezone.now(), timezone.now() + 5 * DAY)
    proposed = periods.renewed_end(Membership.objects.get(), organization_zone())
    moved = act(colleague_client, membership, "renew", 422)
    assert "which its freezes move on: as proposed, until" in moved
    assert f"until {last_day_text(proposed + 5 * DAY)}." in moved
    status_operations.freeze_membership(membership, timezone.now() + 6 * DAY, None)
    assert "until the day below, which its freezes move on." in act(colleague_client, membership, "renew", 422)


def test_a_renewal_ends_at_midnight_of_the_clubs_clock(colleague_client: Client) -> None:
    Site.objects.create(name="club", time_zone="Europe/Berlin")
    berlin = organization_zone()
    start, end = datetime(2026, 3, 1, tzinfo=berlin), datetime(2100, 3, 1, tzinfo=berlin)
    membership = held(starts_at=start, ends_at=end)
    Plan.objects.update(billed_every=1)
    shown = colleague_client.get(address(membership, "renew")).content.decode()
    # The last day: it ends with it, at the midnight that begins the next.
    assert 'value="2100-03-31"' in shown and 'value="00:00"' not in shown
    act(colleague_client, membership, "renew", ends_at_0="2100-03-31", ends_at_1="")
    assert Membership.objects.get().ends_at == datetime(2100, 4, 1, tzinfo=berlin)


def test_another_plan_has_the_end_that_is_given(colleague_client: Client) -> None:
    membership, other = held(at_end=AtEnd.RENEWS), a_plan("other")
    end = (timezone.now() + 50 * DAY).replace(second=0, microsecond=0)
    given = {"plan": other.pk, "when": "now", **when("ends_at", end)}
    said = act(colleague_client, membership, "change-plan", **given)
    assert f'<option value="{membership.plan_id}"' not in said and f'<option value="{other.pk}"' in said
    assert "The old one renews no more" in said
    assert Membership.objects.get(plan=other).ends_at == end


def test_one_that_has_not_begun_takes_the_plan_and_is_asked_no_dates(colleague_client: Client) -> None:
    membership, other = held(starts_at=timezone.now() + DAY), a_plan("other")
    said = act(colleague_client, membership, "change-plan", plan=other.pk)
    assert "keeps its dates" in said and 'name="when"' not in said and 'name="ends_at' not in said
    changed = Membership.objects.get()
    assert (changed.plan, changed.ends_at) == (other, membership.ends_at)


def test_what_a_change_of_plan_ended_renews_again(colleague_client: Client) -> None:
    membership, other = held(at_end=AtEnd.RENEWS), a_plan("other")
    act(colleague_client, membership, "change-plan", plan=other.pk, when="next")
    new = Membership.objects.get(plan=other)
    act(colleague_client, new, "revoke")
    act(colleague_client, membership, "renew-at-end")
    again = Membership.objects.get(pk=membership.pk)
    assert (again.at_end, again.grace_hours) == (AtEnd.RENEWS, 72)
    act(colleague_client, membership, "renew-at-end", 409)


def test_what_is_over_is_assigned_anew_and_not_revoked(colleague_client: Client) -> None:
    club = operations.save_company(Company(name="Club"))
    ann = a_customer("Ann")
    operations.save_link(Link(customer=ann, company=club))
    over = held(customer=ann, ends_at=timezone.now() - DAY)
    inherited = held(customer=None, company=club)
    page = colleague_client.get(reverse("desk:customer", args=[ann.pk])).content.decode()
    assert "Assign the plan anew" in page and f"/desk/memberships/{over.pk}/" not in page
    assert "Change it at the company" in page and f"/desk/memberships/{inherited.pk}/" not in page
    act(colleague_client, over, "revoke", 409)
    assert detail(over) is Detail.ENDED
