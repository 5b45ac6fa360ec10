"""The roles' table: each permission is one of Django's, and each role may what is listed here, no more."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from hub.access.roles import PERMISSIONS, Role, is_in_the_back_office, keep_roles, role_of
from tests.hub.colleagues import a_user
from tests.hub.conftest import Database

_MAY = """
members.view_customer       owner admin staff front_desk
members.change_customer     owner staff
members.delete_customer     owner staff
members.view_membership     owner admin staff front_desk
members.change_membership   owner staff
members.add_card            owner staff
members.view_card           owner admin staff front_desk
members.see_card_code       owner staff
members.change_plan         owner staff
members.change_permission   owner staff
members.view_customernote   owner admin staff front_desk
members.add_customernote    owner staff front_desk
members.add_customerphoto   owner staff
members.import_csv          owner staff
members.export_csv          owner staff
partners.change_partner     owner staff
checkins.view_checkin       owner admin staff front_desk
checkins.add_desk_checkin   owner staff front_desk
checkins.void_checkin       owner staff
fleet.view_edge             owner admin staff
fleet.change_edge           owner admin
fleet.change_schedule       owner admin
feed.change_feed            owner admin
orders.view_configuration   owner admin staff
orders.add_configuration    owner admin
orders.set_mode             owner admin staff
orders.open_doors           owner admin
orders.give_command         owner admin
audit.view_entry            owner admin staff
reports.view_figures        owner admin staff reports
access.manage_users         owner
access.manage_tokens        owner
access.manage_webhooks      owner
websites.manage_websites    owner
partners.redeem_here        partner
partners.view_own_figures   partner
auth.change_user
auth.change_group
audit.change_entry
audit.delete_entry
"""
ROWS = {words[0]: set(words[1:]) for words in map(str.split, _MAY.strip().splitlines())}


@pytest.mark.parametrize("role", Role)
def test_each_role_may_what_its_table_says(database: Database, role: Role) -> None:
    user = User.objects.get(pk=a_user("somebody", role).pk)
    may = {permission for permission in ROWS if user.has_perm(permission)}
    assert may == {permission for permission, roles in ROWS.items() if role.name.lower() in roles}
    assert user.get_all_permissions() == PERMISSIONS[role]
    assert role_of(user) is role
    assert user.is_staff == is_in_the_back_office(role)


def test_every_permission_of_the_table_exists(database: Database) -> None:
    known = {
        f"{app}.{name}" for app, name in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert set().union(*PERMISSIONS.values()) <= known


def test_who_has_no_role_may_nothing(database: Database) -> None:
    outsider = a_user("outsider", None)
    assert outsider.get_all_permissions() == set()
    assert role_of(outsider) is None


def test_a_group_that_somebody_changed_is_put_right_by_the_next_migrate(database: Database) -> None:
    group = Group.objects.get(name=Role.REPORTS.value)
    group.permissions.add(Permission.objects.get(codename="change_membership"))
    Group.objects.get(name=Role.ADMIN.value).delete()
    call_command("migrate", interactive=False, verbosity=0)
    assert {each.codename for each in group.permissions.all()} == {"view_figures"}
    keep_roles()
    assert sorted(Group.objects.values_list("name", flat=True)) == sorted(Role)
