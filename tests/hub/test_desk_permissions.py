"""Permissions and partners on staff's own pages: made, looked at before they change, kept while needed."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.feed.models import Feed
from hub.fleet.models import Edge, Reader, Site
from hub.members import operations
from hub.members.models import Membership, Permission
from hub.partners import operations as partners
from hub.partners.models import Partner
from tests.hub.followed import assert_exact
from tests.hub.people import a_customer, a_plan

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


def posted(client: Client, address: str, status: int, **fields: object) -> str:
    if "/edit/" in address:
        found = re.search(r'name="shown" value="([^"]+)"', client.get(address).content.decode())
        fields["shown"] = found[1] if found else ""
    response = client.post(address, fields)
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def mark_in(page: str) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]{64})"', page)
    assert found is not None, page
    return found[1]


@pytest.fixture
def bar() -> Partner:
    return partners.save_partner(Partner(slug="wine-bar", name="Wine bar"))


@pytest.fixture
def wine(bar: Partner) -> Permission:
    """Granted to one customer, at one partner."""
    plan = a_plan("wine")
    starts_at = timezone.now() - timedelta(days=1)
    operations.save_membership(Membership(plan=plan, customer=a_customer("Ann"), starts_at=starts_at))
    wine = plan.grants.get().permission
    wine.approved_partners_only = True
    return operations.save_permission(wine, [bar])


def test_a_permission_gets_its_short_name_once(colleague_client: Client, bar: Partner) -> None:
    fields = {"name": "Lounge", "slug": "lounge", "approved_partners_only": "on", "approved": bar.pk}
    assert "Use 1 to 32" in posted(colleague_client, "/desk/permissions/new/", 422, **(fields | {"slug": "No!"}))
    without = {name: value for name, value in fields.items() if name != "approved"}
    assert "Choose the approved partners" in posted(colleague_client, "/desk/permissions/new/", 422, **without)
    posted(colleague_client, "/desk/permissions/new/", 302, **fields)
    lounge = Permission.objects.get()
    address = f"/desk/permissions/{lounge.pk}/edit/"
    assert 'name="slug"' not in colleague_client.get(address).content.decode()
    posted(colleague_client, address, 302, name="Salon", slug="salon")
    lounge.refresh_from_db()
    assert (lounge.slug, lounge.name, lounge.approved_partners_only) == ("lounge", "Salon", False)
    assert "everywhere" in colleague_client.get("/desk/permissions/").content.decode()


def test_a_permission_says_whom_it_changes_for(colleague_client: Client, wine: Permission) -> None:
    address, fields = f"/desk/permissions/{wine.pk}/edit/", {"name": "Wine"}
    page = posted(colleague_client, address, 200, **fields)
    assert "For 1 customer something differs" in page
    assert "“without a limit” instead of “without a limit; only at Wine bar”" in page
    posted(colleague_client, address, 302, **fields, do="save", mark=mark_in(page))
    assert not Permission.objects.get().approved_partners_only
    assert_exact()


def test_a_partner_that_ends_takes_what_is_redeemed_there_alone(
    colleague_client: Client, wine: Permission, bar: Partner
) -> None:
    address, fields = f"/desk/partners/{bar.pk}/edit/", {"name": "Wine bar"}
    page = posted(colleague_client, address, 200, **fields)
    assert "1 customer loses something" in page and "Ann" in page
    posted(colleague_client, address, 302, **fields, do="save", mark=mark_in(page))
    assert "nowhere" in colleague_client.get(f"/desk/permissions/{wine.pk}/").content.decode()
    assert "not active" in colleague_client.get("/desk/partners/").content.decode()
    page = posted(colleague_client, address, 200, **fields, active="on")
    assert "1 customer gains something" in page
    assert_exact()


def test_what_is_needed_stays(colleague_client: Client, wine: Permission, bar: Partner) -> None:
    site, feed = Site.objects.create(name="clubhouse"), Feed.objects.get(name="everyone")
    edge = Edge.objects.create(name="cellar", site=site, feed=feed)
    Reader.objects.create(edge=edge, name="counter", kind="counter", permission=wine, partner=bar)
    of_wine, of_bar = f"/desk/permissions/{wine.pk}/", f"/desk/partners/{bar.pk}/"
    for address, reasons in (
        (of_wine, ("The plan Full grants it.", "asks for it.")),
        (of_bar, ("It is approved for Wine.", "stands at it.")),
    ):
        page = colleague_client.get(f"{address}delete/").content.decode()
        assert all(each in page for each in reasons) and "danger main" not in page
        assert "counter" in colleague_client.get(address).content.decode()
        assert "still in use" in posted(colleague_client, f"{address}delete/", 409)
    spare = partners.save_partner(Partner(slug="spare", name="Spare"))
    posted(colleague_client, f"/desk/partners/{spare.pk}/delete/", 302)
    unused = operations.save_permission(Permission(slug="unused", name="Unused"))
    posted(colleague_client, f"/desk/permissions/{unused.pk}/delete/", 302)
    assert (Partner.objects.get(), Permission.objects.get()) == (bar, wine)


@pytest.mark.both_databases
def test_questions_are_as_many_for_thirty_as_for_one(
    colleague_client: Client, wine: Permission, bar: Partner
) -> None:
    def questions(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert colleague_client.get(address).status_code == 200
        return len(asked)

    of_wine, of_bar = f"/desk/permissions/{wine.pk}/", f"/desk/partners/{bar.pk}/"
    addresses = ["/desk/permissions/", "/desk/partners/", of_wine, of_bar, f"{of_wine}edit/", f"{of_wine}delete/"]
    before = [questions(each) for each in addresses]
    for number in range(30):
        partner = partners.save_partner(Partner(slug=f"bar-{number}", name=f"Bar {number}"))
        more = Permission(slug=f"more-{number}", name=f"More {number}", approved_partners_only=True)
        operations.save_permission(more, [partner, bar])
        a_plan("wine")
    assert [questions(each) for each in addresses] == before
