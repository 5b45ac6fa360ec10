"""Who gets into which of staff's pages: every address of the desk, anonymous, without a role, and with the
permission that its row names.

A page that is added gets a row here. 0 stands for any number: what is not there is a 404 for who may look.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import URLPattern, resolve

from hub.access.roles import PERMISSIONS, Role
from hub.desk import urls
from tests.hub.colleagues import a_user
from tests.hub.colleagues import client_of as signed_in

pytestmark = pytest.mark.usefixtures("database")

PAGES: Final = {
    "/desk/": "",
    "/desk/search/": "members.view_customer",
    "/desk/checkin/": "checkins.add_desk_checkin",
    "/desk/checkin/look/": "checkins.add_desk_checkin",
    "/desk/checkin/do/": "checkins.add_desk_checkin",
    "/desk/checkin/0/undo/": "checkins.add_desk_checkin",
    "/desk/checkins/": "checkins.view_checkin",
    "/desk/reports/": "reports.view_figures",
    "/desk/reports/day.csv": "reports.view_figures",
    "/desk/reports/benefits/": "reports.view_figures",
    "/desk/reports/benefits/day.csv": "reports.view_figures",
    "/desk/reports/memberships/": "reports.view_figures",
    "/desk/checkins.csv": "members.export_csv",
    "/desk/checkins/0/void/": "checkins.void_checkin",
    "/desk/customers/": "members.view_customer",
    "/desk/customers/new/": "members.add_customer",
    "/desk/customers/0/": "members.view_customer",
    "/desk/customers/0/edit/": "members.change_customer",
    "/desk/customers/0/delete/": "members.delete_customer",
    "/desk/customers/0/assign/": "members.add_membership",
    "/desk/customers/0/photo/": "members.change_customer",
    "/desk/customers/0/photo/0.jpg": "members.view_customerphoto",
    "/desk/customers/0/notes/": "members.add_customernote",
    "/desk/customers/0/checkins/": "checkins.view_checkin",
    "/desk/customers/0/cards/issue/": "members.add_card",
    "/desk/customers/0/cards/import/": "members.add_card",
    "/desk/customers/0/companies/add/": "members.add_link",
    "/desk/customer-notes/0/delete/": "members.add_customernote",
    "/desk/cards/print/": "members.see_card_code",
    "/desk/cards/sheet.pdf": "members.see_card_code",
    "/desk/cards/0/": "members.view_card",
    "/desk/cards/0/revoke/": "members.change_card",
    "/desk/cards/0/replace/": "members.change_card",
    "/desk/customers/0/card-links/show/": "members.see_card_code",
    "/desk/customers/0/card-links/send/": "cards.send_link",
    "/desk/customers/0/sign-in-code/": "members.see_card_code",
    "/desk/customers/0/letters/": "members.change_customer",
    "/desk/card-links/0/revoke/": "members.change_card",
    "/desk/links/0/delete/": "members.delete_link",
    "/desk/links/0/admin/": "members.change_link",
    "/desk/member-requests/0/settle/": "members.change_membership",
    "/desk/companies/": "members.view_company",
    "/desk/companies/new/": "members.add_company",
    "/desk/companies/0/": "members.view_company",
    "/desk/companies/0/edit/": "members.change_company",
    "/desk/companies/0/delete/": "members.delete_company",
    "/desk/companies/0/assign/": "members.add_membership",
    "/desk/companies/0/notes/": "members.add_companynote",
    "/desk/companies/0/people/add/": "members.add_link",
    "/desk/company-notes/0/delete/": "members.add_companynote",
    "/desk/memberships/0/freeze/": "members.change_membership",
    "/desk/payments/": "billing.take_money",
    "/desk/payments/waiting/": "billing.take_money",
    "/desk/billed/0/": "billing.take_money",
    "/desk/billed/0/by-hand/": "billing.take_money",
    "/desk/payments/0/paid/": "billing.take_money",
    "/desk/payments/0/write-off/": "billing.take_money",
    "/desk/payments/0/refund/": "billing.refund_money",
    "/desk/plans/": "members.view_plan",
    "/desk/plans/members/": "members.view_plan",
    "/desk/plans/new/": "members.add_plan",
    "/desk/plans/0/": "members.view_plan",
    "/desk/plans/0/edit/": "members.change_plan",
    "/desk/plans/0/delete/": "members.delete_plan",
    "/desk/permissions/": "members.view_permission",
    "/desk/permissions/new/": "members.add_permission",
    "/desk/permissions/0/": "members.view_permission",
    "/desk/permissions/0/edit/": "members.change_permission",
    "/desk/permissions/0/delete/": "members.delete_permission",
    "/desk/partners/": "partners.view_partner",
    "/desk/partners/new/": "partners.add_partner",
    "/desk/partners/0/": "partners.view_partner",
    "/desk/partners/0/edit/": "partners.change_partner",
    "/desk/partners/0/delete/": "partners.delete_partner",
    "/desk/partners/0/links/new/": "partners.change_partner",
    "/desk/partners/0/users/invite/": "access.manage_users",
    "/desk/partner-links/0/revoke/": "partners.change_partner",
    "/desk/fleet/": "fleet.view_edge",
    "/desk/fleet/named/0/": "fleet.view_edge",
    "/desk/fleet/edges/0/": "fleet.view_edge",
    "/desk/fleet/edges/0/command/": "orders.give_command",
    "/desk/fleet/edges/0/configuration/": "fleet.view_edge",
    "/desk/fleet/edges/0/configuration/compare/": "fleet.view_edge",
    "/desk/fleet/edges/0/enrol/": "fleet.change_edge",
    "/desk/fleet/edges/0/enrol/progress/": "fleet.change_edge",
    "/desk/fleet/edges/0/revoke/": "fleet.change_edge",
    "/desk/fleet/edges/new/": "fleet.add_edge",
    "/desk/fleet/edges/0/edit/": "fleet.change_edge",
    "/desk/fleet/edges/0/delete/": "fleet.delete_edge",
    "/desk/fleet/edges/0/readers/": "fleet.view_reader",
    "/desk/fleet/edges/0/readers/new/": "fleet.add_reader",
    "/desk/fleet/readers/0/edit/": "fleet.change_reader",
    "/desk/fleet/readers/0/delete/": "fleet.delete_reader",
    "/desk/sites/": "fleet.view_site",
    "/desk/sites/new/": "fleet.add_site",
    "/desk/sites/0/": "fleet.view_site",
    "/desk/sites/0/edit/": "fleet.change_site",
    "/desk/sites/0/delete/": "fleet.delete_site",
    "/desk/feeds/": "feed.view_feed",
    "/desk/feeds/0/": "feed.view_feed",
    "/desk/fleet/push/": "orders.add_configuration",
    "/desk/fleet/pushed/": "fleet.view_edge",
    "/desk/lockdown/": "fleet.view_edge",
    "/desk/lockdown/set/": "orders.set_mode",
    "/desk/lockdown/banner/": "",
    "/desk/arrival/": "members.view_membership",
    "/desk/import/": "members.import_csv",
    "/desk/import/0/": "members.import_csv",
    "/desk/import/0/progress/": "members.import_csv",
    "/desk/import/0/write/": "members.import_csv",
    "/desk/import/0/go-on/": "members.import_csv",
    "/desk/import/0/forget/": "members.import_csv",
    "/desk/import/0/bad-rows.csv": "members.import_csv",
    "/desk/export/": "members.export_csv",
    "/desk/audit/": "audit.view_entry",
    "/desk/audit.csv": "audit.view_entry",
    "/desk/tokens/": "access.manage_tokens",
    "/desk/tokens/new/": "access.manage_tokens",
    "/desk/tokens/0/revoke/": "access.manage_tokens",
    "/desk/api/": "access.manage_tokens",
    "/desk/organization/": "organization.change_organization",
    "/desk/signup/": "organization.change_organization",
    "/desk/users/": "access.manage_users",
    "/desk/users/invite/": "access.manage_users",
    "/desk/users/0/": "access.manage_users",
    "/desk/users/0/role/": "access.manage_users",
    "/desk/users/0/active/": "access.manage_users",
    "/desk/users/0/link/": "access.manage_users",
    "/desk/users/0/delete/": "access.manage_users",
    "/desk/websites/": "websites.manage_websites",
    "/desk/websites/new/": "websites.manage_websites",
    "/desk/websites/0/": "websites.manage_websites",
    "/desk/websites/0/change/": "websites.manage_websites",
    "/desk/websites/0/active/": "websites.manage_websites",
    "/desk/websites/0/delete/": "websites.manage_websites",
    "/desk/websites/0/try/": "websites.manage_websites",
    "/desk/websites/0/keys/new/": "websites.manage_websites",
    "/desk/website-keys/0/end/": "websites.manage_websites",
    "/desk/website-keys/0/revoke/": "websites.manage_websites",
    "/desk/website-visitors/0/unbind/": "members.change_customer",
    "/desk/webhooks/": "access.manage_webhooks",
    "/desk/webhooks/new/": "access.manage_webhooks",
    "/desk/webhooks/0/": "access.manage_webhooks",
    "/desk/webhooks/0/change/": "access.manage_webhooks",
    "/desk/webhooks/0/secret/": "access.manage_webhooks",
    "/desk/webhooks/0/enabled/": "access.manage_webhooks",
    "/desk/webhooks/0/test/": "access.manage_webhooks",
    "/desk/webhooks/0/replay/": "access.manage_webhooks",
    "/desk/webhooks/0/delete/": "access.manage_webhooks",
    "/desk/webhook-deliveries/0/": "access.manage_webhooks",
    "/desk/webhook-deliveries/0/replay/": "access.manage_webhooks",
}
"""Address: the permission that is asked for; empty: whoever is signed in."""
THEIRS: Final = "/partner/"
"""Where a partner's users are led to."""


def patterns(found: list[Any] = urls.urlpatterns) -> Iterator[URLPattern]:
    for each in found:
        if isinstance(each, URLPattern):
            yield each
        else:
            yield from patterns(each.url_patterns)


def client_of(name: str, permission: str = "") -> Client:
    user = User.objects.create_user(name)
    if permission:
        room, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=room, codename=codename))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def lets_in(client: Client, address: str) -> bool:
    """Also where the page is not there, or takes posts alone: whoever may not is told so first."""
    response = client.get(address)
    assert response.status_code in (200, 302, 403, 404, 405), (address, response.status_code)
    location = response.get("Location", "")
    return response.status_code != 403 and "next=" not in location and location != THEIRS


def test_every_page_is_in_the_table_with_its_permission() -> None:
    here = {each.callback for each in patterns()}
    told = {resolve(address).func: permission for address, permission in PAGES.items()}
    assert {each.__name__ for each in here} == {each.__name__ for each in told}
    for view, permission in told.items():
        assert view.desk_permission == permission, view.__name__


def test_nobody_gets_in_without_signing_in() -> None:
    client = Client(SERVER_NAME="localhost")
    for address in PAGES:
        assert not lets_in(client, address), address
        posted = client.post(address)
        assert posted.status_code == 302 and "next=" in posted["Location"], address
        dialog = client.get(address, HTTP_HX_REQUEST="true")
        assert "next=" in dialog["HX-Redirect"] and not dialog.content, address


@pytest.mark.any_database
def test_who_has_no_role_sees_a_page_that_says_whom_to_ask() -> None:
    client = client_of("outsider")
    for address, permission in PAGES.items():
        assert lets_in(client, address) is (not permission), address
        if permission:
            assert b"Ask an owner" in client.get(address).content
            assert client.post(address).status_code == 403
            assert b"<html" not in client.get(address, HTTP_HX_REQUEST="true").content


def test_the_permission_that_a_page_asks_for_is_enough() -> None:
    for number, (address, permission) in enumerate(PAGES.items()):
        assert lets_in(client_of(f"user-{number}", permission), address), address


@pytest.mark.any_database
def test_each_role_gets_in_where_its_permissions_say_so() -> None:
    """And nowhere else: hub.access.roles is the one table."""
    for role in Role:
        client = signed_in(a_user(role.name.lower(), role))
        for address, permission in PAGES.items():
            may = role is not Role.PARTNER and (not permission or permission in PERMISSIONS[role])
            assert lets_in(client, address) is may, (role, address)


def test_the_front_page_leads_to_the_desk() -> None:
    response = Client(SERVER_NAME="localhost").get("/", follow=True)
    assert next(address for address, _ in response.redirect_chain) == "/desk/"
    assert response.status_code == 200
