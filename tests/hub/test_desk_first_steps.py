"""The first steps of a new hub on the desk's first page: they tick off, and go away."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from hub.desk.first_steps import first_steps
from hub.feed.models import Feed
from hub.fleet.models import Edge, Site
from tests.hub.people import a_customer, a_plan

pytestmark = pytest.mark.usefixtures("database")


def test_they_tick_off_and_go_away(owner: User, owner_client: Client) -> None:
    shown = owner_client.get(reverse("desk:home")).content.decode()
    assert f'href="{reverse("desk:new_site")}"' in shown and reverse("admin:fleet_schedule_changelist") in shown
    assert [each.is_done for each in first_steps(owner)] == [False] * 5
    site = Site.objects.create(name="hall")
    a_plan()
    assert [each.is_done for each in first_steps(owner)] == [True, True, True, False, False]
    Edge.objects.create(name="hall", site=site, feed=Feed.objects.first())
    a_customer()
    assert first_steps(owner) == []
    assert "First steps" not in owner_client.get(reverse("desk:home")).content.decode()


def test_who_may_not_is_not_told(front_desk_client: Client) -> None:
    assert "First steps" not in front_desk_client.get(reverse("desk:home")).content.decode()
