"""A permission that is made beside the plan that grants it, in the plan's editor."""

import re

import pytest
from django.contrib.auth.models import Permission as AccessPermission
from django.contrib.auth.models import User
from django.test import Client

from hub.desk.granting_forms import ROWS_MAX
from hub.feed.models import Feed
from hub.fleet.models import Edge, Site
from hub.members import operations
from hub.members.models import Permission, Plan
from tests.hub.test_desk_plans import a_permission, posted, sent

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
_NAMED = {"do": "permission", "permission-name": "Glass of wine"}


def test_a_new_hubs_first_plan_makes_its_permission_in_place(colleague_client: Client) -> None:
    page = colleague_client.get("/desk/plans/new/").content.decode()
    assert "There are no permissions yet" in page and re.search(r'<details[^>]* id="new-permission" open', page)
    typed = sent({"permission": ""}, name="Friends", price="12", currency="eur")
    named = {"do": "permission", "permission-name": "Glass of wine", "permission-is_benefit": "on"}
    page = posted(colleague_client, "/desk/plans/new/", 200, **typed | named)
    made = Permission.objects.get()
    assert (made.slug, made.name, made.is_benefit) == ("glass-of-wine", "Glass of wine", True)
    assert f'<option value="{made.pk}" selected>' in page and 'value="Friends"' in page and 'value="12"' in page
    assert not Plan.objects.exists()
    page = posted(
        colleague_client,
        "/desk/plans/new/",
        200,
        **sent({"permission": made.pk}) | {"do": "permission", "permission-name": "Front door"},
    )
    assert re.search(r'name="grants" value="2"', page) and page.count(" selected>Front door") == 1


def test_a_permission_that_cannot_be_made_is_told_and_the_plan_stays(colleague_client: Client) -> None:
    a_permission("wine")
    for name, said in (("", "Say what it is called"), ("Wine", "already exists"), ("???", "lower-case letters")):
        fields = sent({}) | {"do": "permission", "permission-name": name}
        page = posted(colleague_client, "/desk/plans/new/", 200, **fields)
        assert said in page and 'value="Full"' in page, name
    page = posted(colleague_client, "/desk/plans/new/", 422, **sent({}) | {"permission-name": "Beer"})
    assert "Press “Make this permission” first" in page
    assert Permission.objects.count() == 1 and not Plan.objects.exists()


def test_who_may_not_make_permissions_makes_none_beside_a_plan(outsider: User, outsider_client: Client) -> None:
    for each in ("view_plan", "add_plan"):
        outsider.user_permissions.add(AccessPermission.objects.get(codename=each))
    assert "new-permission" not in outsider_client.get("/desk/plans/new/").content.decode()
    posted(outsider_client, "/desk/plans/new/", 403, **sent({}) | {"do": "permission", "permission-name": "Beer"})
    assert not Permission.objects.exists()


def test_a_plan_that_is_full_makes_no_permission_that_it_could_not_grant(colleague_client: Client) -> None:
    made = [Permission(slug=f"right-{number}", name=f"Right {number}") for number in range(ROWS_MAX)]
    made = [operations.save_permission(each) for each in made]
    full = sent(*({"permission": each.pk} for each in made))
    page = posted(colleague_client, "/desk/plans/new/", 200, **full | _NAMED)
    assert f"at most {ROWS_MAX} permissions" in page and 'value="Glass of wine"' in page
    assert Permission.objects.count() == ROWS_MAX
    # What is free is used, wherever it stands.
    page = posted(colleague_client, "/desk/plans/new/", 200, **full | {"grant7-permission": ""} | _NAMED)
    assert page.count(" selected>Glass of wine") == 1 and f'name="grants" value="{ROWS_MAX}"' in page


def test_a_hub_without_edges_is_not_told_of_them_first(colleague_client: Client) -> None:
    def shown() -> tuple[bool, bool]:
        page = colleague_client.get("/desk/plans/new/").content.decode()
        is_benefit = re.search(r'name="permission-is_benefit"[^>]* checked', page) is not None
        return "of a member at each edge" in page, is_benefit

    assert shown() == (False, True)
    Edge.objects.create(name="hall", site=Site.objects.create(name="hall"), feed=Feed.objects.first())
    assert shown() == (True, False)
