"""The first steps of a new hub on the desk's first page: they tick off, and go away."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from hub.desk.first_steps import first_steps
from hub.feed.models import Feed
from hub.fleet.models import Edge, Site
from hub.members import operations
from hub.members.models import Permission, Plan
from hub.organization.models import Organization, Signup
from hub.organization.operations import save_organization, save_signup
from hub.partners.models import Partner
from tests.hub.mailed import mail_by
from tests.hub.people import a_customer, a_plan

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


def a_named_club() -> None:
    """With all that doors and partners both need, but a member."""
    save_organization(Organization(name="Wine Club"))
    Site.objects.create(name="hall")
    a_plan()


def test_they_tick_off_and_go_away_with_the_first_door(owner: User, owner_client: Client) -> None:
    shown = owner_client.get(reverse("desk:home")).content.decode()
    assert f'href="{reverse("desk:new_site")}"' in shown and reverse("admin:fleet_schedule_changelist") in shown
    assert [each.is_done for each in first_steps(owner)] == [False] * 9
    a_named_club()
    assert [each.is_done for each in first_steps(owner)] == [True] * 4 + [False] * 5
    Edge.objects.create(name="hall", site=Site.objects.get(), feed=Feed.objects.first())
    a_customer()
    assert first_steps(owner) == []
    assert "First steps" not in owner_client.get(reverse("desk:home")).content.decode()


def test_who_has_no_doors_has_partners(owner: User, owner_client: Client) -> None:
    shown = owner_client.get(reverse("desk:home")).content.decode()
    assert f'href="{reverse("desk:organization")}"' in shown and f'href="{reverse("desk:new_partner")}"' in shown
    a_named_club()
    a_customer()
    operations.save_permission(Permission(slug="glass", name="A glass", is_benefit=True))
    assert [each.address for each in first_steps(owner) if not each.is_done] == [
        reverse("desk:new_edge"),
        reverse("desk:new_partner"),
        reverse("desk:signup"),
    ]
    Partner.objects.create(slug="bar", name="Bar")
    assert first_steps(owner) == []


def test_people_can_join_once_there_is_mail_a_public_plan_and_the_page_is_switched_on(
    owner: User, tmp_path: Path
) -> None:
    def is_done() -> bool:
        return next(each.is_done for each in first_steps(owner) if each.address == reverse("desk:signup"))

    a_named_club()
    assert not is_done()
    save_signup(Signup(is_open=True))
    with mail_by(f"file://{tmp_path}"):
        assert not is_done()
        Plan.objects.update(is_public=True)
        assert is_done()
    assert not is_done()


def test_who_may_not_is_not_told(front_desk_client: Client) -> None:
    assert "First steps" not in front_desk_client.get(reverse("desk:home")).content.decode()
