"""Orders at the desk: who may give which."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission as Right
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from hub.fleet.models import Edge
from hub.orders import operations, queries
from hub.orders.models import Configuration
from tests.hub.ordered import OTHER, TOML
from tests.hub.staff_pages import post
from tests.hub.test_orders_pages import configuration_url, edge, edge_url, end, page, set_url, staff

__all__ = ["edge", "staff"]


def test_who_may_look_may_not_order(staff: Client, edge: Edge) -> None:
    operations.push("east", TOML, datetime.now(UTC), "owner")
    clerk = User.objects.create_user("clerk", is_staff=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(clerk)
    urls = [configuration_url(edge), reverse("desk:modes"), set_url("lockdown")]
    assert [client.get(url).status_code for url in urls] == [403, 403, 403]
    clerk.user_permissions.add(Right.objects.get(codename="view_edge"))
    assert [client.get(url).status_code for url in urls] == [200, 200, 403]
    for url, fields in [
        (configuration_url(edge), {"text": OTHER}),
        (reverse("desk:set_mode"), {"posture": "lockdown"}),
        (reverse("desk:edge_command", args=[edge.pk]), {"kind": "identify"}),
    ]:
        assert client.post(url, fields).status_code == 403
    shown = (
        page(client, reverse("desk:modes")) + page(client, edge_url(edge)) + page(client, configuration_url(edge))
    )
    assert not [button for button in ("Lock down", "Identify", "Unlock once", ">Push<") if button in shown]
    assert (Configuration.objects.count(), queries.set_by_hand()) == (1, [])


@pytest.mark.parametrize("right", ["add_configuration", "give_command", "set_mode"])
def test_each_right_is_for_its_own_alone(staff: Client, edge: Edge, right: str) -> None:
    first = operations.push("east", TOML, datetime.now(UTC), "owner").configuration
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Right.objects.filter(codename__in=["view_edge", right]))
    client = Client(SERVER_NAME="localhost")
    client.force_login(clerk)
    answers = {
        "add_configuration": client.post(configuration_url(edge), {"text": OTHER, "over": first.pk}),
        "give_command": client.post(reverse("desk:edge_command", args=[edge.pk]), {"kind": "identify"}),
        "set_mode": client.post(reverse("desk:set_mode"), {"posture": "lockdown"}),
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        name: 302 if name == right else 403 for name in answers
    }
    assert (Configuration.objects.count() == 2, bool(queries.set_by_hand())) == (
        right == "add_configuration",
        right == "set_mode",
    )


def test_staff_lock_down_and_end_it_but_hold_no_door_open(edge: Edge, colleague_client: Client) -> None:
    for posture in ("unlocked", "free", "secure"):
        assert colleague_client.get(set_url(posture)).status_code == 403
        assert colleague_client.post(reverse("desk:set_mode"), {"posture": posture}).status_code == 403
    assert not queries.set_by_hand()
    assert b"posture=unlocked" not in colleague_client.get(reverse("desk:modes")).content
    post(colleague_client, reverse("desk:set_mode"), posture="lockdown")
    assert [order.posture for order in queries.set_by_hand()] == ["lockdown"]
    end(colleague_client)
    assert not queries.set_by_hand()
