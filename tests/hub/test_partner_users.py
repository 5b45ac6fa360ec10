"""A partner known by a sign-in, and who counts as what where several things are true of somebody."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from hub.access import user_operations as users
from hub.access.link_operations import choose_password
from hub.access.roles import Role
from hub.access.user_operations import UserRefused
from hub.audit.models import Entry
from hub.checkins.models import CheckIn
from hub.members.writing import InUse
from hub.partners.models import Partner, PartnerUser
from hub.partners.operations import delete_partners, save_partner
from hub.partners.user_operations import invite
from tests.hub.colleagues import client_of
from tests.hub.partner_phones import a_link, a_phone_of, home, opens, secret_in
from tests.hub.scanned_club import GLASS, opened, press, pressable, scanned_club

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
PASSWORD = "a long way round"


def a_user_of(partner: Partner, owner: User) -> User:
    return invite(partner, "Bea Barr", "bea@bar.example", owner, timezone.now())[0]


def test_invited_signed_in_and_on_the_partners_page(owner: User) -> None:
    here = scanned_club()
    user, link = invite(here.bar, "Bea Barr", "bea@bar.example", owner, timezone.now())
    choose_password(secret_in(link.address), PASSWORD, timezone.now())
    phone = Client(SERVER_NAME="localhost")
    page = phone.post("/account/login/", {"login": user.email, "password": PASSWORD}, follow=True)
    assert page.redirect_chain[-1][0] == "/partner/" and "Signed in as Bea Barr." in page.content.decode()
    press(phone, pressable(opened(phone, here.code))[GLASS])
    row = CheckIn.objects.get()
    assert (row.partner, row.checked_in_by) == ("bar", user)
    assert "Anna B." in home(phone)
    entry = Entry.objects.get(action="assigned", thing_kind="user")
    assert (entry.thing_id, entry.after) == (user.pk, {"partner": "Bar"})


def test_none_of_staffs_pages_opens_for_them(owner: User) -> None:
    phone = client_of(a_user_of(scanned_club().bar, owner))
    assert phone.get("/desk/")["Location"] == "/partner/"
    assert phone.get("/desk/lockdown/banner/", HTTP_HX_REQUEST="true").status_code == 204
    for address in ("/desk/customers/", "/desk/reports/", "/desk/partners/", "/desk/checkins/", "/desk/users/"):
        assert phone.get(address).status_code == 403
    assert phone.get("/admin/", follow=True).status_code == 403
    assert phone.get("/api/v1/customers").status_code == 401
    account = phone.get("/account/2fa/").content.decode()
    assert "/partner/" in account and "/desk/customers/" not in account


def test_what_ends_it(owner: User) -> None:
    here = scanned_club()
    user = a_user_of(here.bar, owner)
    phone = client_of(user)
    assert GLASS in pressable(opened(phone, here.code))
    for active in (False, True):
        here.bar.active = active
        save_partner(here.bar)
        assert (GLASS in pressable(opened(phone, here.code))) is active
    users.deactivate(user.pk, owner, timezone.now())
    assert GLASS not in pressable(opened(phone, here.code)) and "For partners" in home(phone)


def test_staff_count_as_staff_whatever_else_they_are(owner: User, colleague_client: Client) -> None:
    here = scanned_club()
    opens(a_link(here.bar), colleague_client)
    page = opened(colleague_client, here.code)
    assert "You are signed in as staff." in page and "signed in as staff" in home(colleague_client)
    press(colleague_client, pressable(page)[GLASS])
    assert CheckIn.objects.get().partner is None
    user = a_user_of(here.bar, owner)
    users.change_role(user.pk, Role.FRONT_DESK, owner, timezone.now())
    now_staff = client_of(User.objects.get(pk=user.pk))
    assert "You are signed in as staff." in opened(now_staff, here.code)
    assert now_staff.get("/desk/").status_code == 200
    users.change_role(user.pk, Role.REPORTS, owner, timezone.now())
    assert GLASS not in pressable(opened(client_of(User.objects.get(pk=user.pk)), here.code))


def test_where_a_sign_in_is_asked_for_a_link_is_not_enough(owner: User) -> None:
    here = scanned_club(login_required=True)
    by_link, by_user = a_phone_of(here.bar), client_of(a_user_of(here.bar, owner))
    assert by_link.get("/partner/").status_code == by_link.get(f"/c/{here.code}").status_code == 403
    assert "Today" in home(by_user) and GLASS in pressable(opened(by_user, here.code))


def test_only_an_owner_invites_and_all_of_it_or_nothing(owner: User, colleague: User) -> None:
    bar = scanned_club().bar
    with pytest.raises(UserRefused):
        a_user_of(bar, colleague)
    a_user_of(bar, owner)
    with pytest.raises(UserRefused):
        a_user_of(bar, owner)
    assert PartnerUser.objects.count() == 1
    with pytest.raises(InUse, match="partner's user"):
        delete_partners([bar])
    users.delete_user(PartnerUser.objects.get().pk, owner, timezone.now())
    delete_partners([bar])
