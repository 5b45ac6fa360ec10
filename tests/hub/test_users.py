"""Users and their roles: invited, changed, deactivated, let in again; there is always an owner."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.utils import timezone

from hub.access import link_operations, user_operations
from hub.access.link_operations import LinkRefused, choose_password
from hub.access.models import OneTimeLink
from hub.access.roles import Role, role_of
from hub.access.user_operations import UserRefused
from hub.api import token_operations
from hub.audit.models import Entry
from tests.hub.colleagues import a_user, client_of
from tests.hub.conftest import Database, run_hub

pytestmark = pytest.mark.any_database

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PASSWORD = "a long way round"


def secret_of(link: link_operations.LinkShown) -> str:
    return link.address.partition("#")[2]


def actions() -> list[tuple[str, str]]:
    return list(Entry.objects.filter(thing_kind="user").order_by("number").values_list("action", "thing"))


def is_signed_in(client: Client) -> bool:
    return client.get("/account/2fa/").status_code == 200


def test_somebody_is_invited_and_chooses_a_password_once(database: Database, owner: User) -> None:
    invited, link = user_operations.invite(" Ann  Bee ", "Ann@Club.Example", Role.STAFF, owner, AT)
    assert (invited.get_full_name(), invited.email, role_of(invited)) == (
        "Ann Bee",
        "ann@club.example",
        Role.STAFF,
    )
    assert link.address.startswith("http://127.0.0.1:8000/account/link/#")
    assert secret_of(link) not in repr(link)
    assert secret_of(link).encode() not in bytes(OneTimeLink.objects.get().secret_hash)
    choose_password(secret_of(link), PASSWORD, AT)
    assert User.objects.get(pk=invited.pk).check_password(PASSWORD)
    with pytest.raises(LinkRefused):
        choose_password(secret_of(link), "another long way", AT)
    assert [action for action, _ in actions()] == ["invited", "role changed", "password chosen"]
    entry = Entry.objects.get(action="password chosen")
    assert (entry.actor, entry.user_id) == ("Ann Bee", invited.pk)


def test_a_link_lapses_and_gives_way_to_a_newer_one(database: Database, owner: User) -> None:
    invited, first = user_operations.invite("Ann", "ann@club.example", Role.STAFF, owner, AT)
    second = user_operations.let_in_again(invited.pk, owner, AT)
    for secret, at in ((secret_of(first), AT), (secret_of(second), AT + timedelta(days=3)), ("", AT)):
        with pytest.raises(LinkRefused):
            choose_password(secret, PASSWORD, at)
    with pytest.raises(ValidationError):
        choose_password(secret_of(second), "short", AT)
    choose_password(secret_of(second), PASSWORD, AT)


@pytest.mark.both_databases
def test_an_address_is_given_once_whatever_its_letters(database: Database, owner: User) -> None:
    user_operations.invite("Ann", "ann@club.example", Role.STAFF, owner, AT)
    with pytest.raises(UserRefused):
        user_operations.invite("Ann", "ANN@club.example", Role.STAFF, owner, AT)
    for email in ("", "ann", f"{'a' * 200}@club.example"):
        with pytest.raises(ValidationError):
            user_operations.invite("Ann", email, Role.STAFF, owner, AT)


def test_a_new_role_ends_sessions_and_is_all_that_they_may(database: Database, owner: User) -> None:
    colleague = a_user("colleague", Role.STAFF)
    colleague.is_superuser = True
    colleague.save()
    colleague.user_permissions.add(Permission.objects.get(codename="change_customer"))
    client, other = client_of(colleague), client_of(owner)
    user_operations.change_role(colleague.pk, Role.REPORTS, owner, timezone.now())
    assert not is_signed_in(client)
    assert is_signed_in(other)
    changed = User.objects.get(pk=colleague.pk)
    assert changed.get_all_permissions() == {"reports.view_figures"}
    assert (changed.is_staff, changed.is_superuser) == (False, False)
    entry = Entry.objects.get(action="role changed")
    assert (entry.before, entry.after) == ({"role": "staff"}, {"role": "reports"})


def test_who_is_not_active_chooses_no_password_and_a_new_one_leaves_no_session(
    database: Database, owner: User
) -> None:
    invited, link = user_operations.invite("Ann", "ann@club.example", Role.STAFF, owner, timezone.now())
    client_of(invited)
    User.objects.update(is_active=False)
    with pytest.raises(LinkRefused):
        choose_password(secret_of(link), PASSWORD, timezone.now())
    User.objects.update(is_active=True)
    choose_password(secret_of(link), PASSWORD, timezone.now())
    assert not Session.objects.exists()


@pytest.mark.parametrize("leave", [user_operations.deactivate, user_operations.delete_user])
def test_tokens_do_not_outlive_who_made_them(database: Database, owner: User, leave: Any) -> None:
    now, other = timezone.now(), a_user("other", Role.OWNER)
    until = now + timedelta(days=9)
    _, theirs = token_operations.make_token("theirs", ["cards:read"], until, now, other)
    _, ours = token_operations.make_token("ours", ["cards:read"], until, now, owner)
    page = client_of(owner).get("/desk/tokens/").content
    assert b"Other" in page and b"Owner" in page
    leave(other.pk, owner, now)
    assert token_operations.token_of(theirs, now) is None
    assert token_operations.token_of(ours, now) is not None
    assert [each.thing for each in Entry.objects.filter(action="revoked")] == ["theirs"]
    if leave is user_operations.deactivate:
        user_operations.reactivate(other.pk, owner)
        assert token_operations.token_of(theirs, now) is None


def test_who_is_deactivated_is_out_at_once_and_their_link_with_them(database: Database, owner: User) -> None:
    invited, link = user_operations.invite("Ann", "ann@club.example", Role.STAFF, owner, AT)
    client = client_of(invited)
    # Sessions begin and lapse by the machine's clock.
    user_operations.deactivate(invited.pk, owner, timezone.now())
    assert not is_signed_in(client)
    with pytest.raises(LinkRefused):
        choose_password(secret_of(link), PASSWORD, AT)
    with pytest.raises(UserRefused):
        user_operations.let_in_again(invited.pk, owner, AT)
    user_operations.reactivate(invited.pk, owner)
    assert User.objects.get(pk=invited.pk).is_active
    assert not is_signed_in(client)
    with pytest.raises(LinkRefused):
        choose_password(secret_of(link), PASSWORD, AT)
    assert [action for action, _ in actions()][-2:] == ["deactivated", "reactivated"]


@pytest.mark.parametrize("role", [None, Role.ADMIN, Role.STAFF])
def test_only_an_owner_changes_users(database: Database, owner: User, role: Role | None) -> None:
    somebody = a_user("somebody", role)
    for change in (
        lambda: user_operations.invite("Ann", "ann@club.example", Role.OWNER, somebody, AT),
        lambda: user_operations.change_role(somebody.pk, Role.OWNER, somebody, AT),
        lambda: user_operations.change_role(owner.pk, Role.STAFF, somebody, AT),
        lambda: user_operations.deactivate(owner.pk, somebody, AT),
        lambda: user_operations.let_in_again(owner.pk, somebody, AT),
        lambda: user_operations.delete_user(owner.pk, somebody, AT),
    ):
        with pytest.raises(UserRefused, match="owner"):
            change()
    assert actions() == []


@pytest.mark.both_databases
def test_nobody_changes_themselves_and_the_last_owner_stays(database: Database, owner: User) -> None:
    for by in (owner, None):
        for change in (
            lambda by=by: user_operations.change_role(owner.pk, Role.STAFF, by, AT),
            lambda by=by: user_operations.deactivate(owner.pk, by, AT),
            lambda by=by: user_operations.delete_user(owner.pk, by, AT),
        ):
            with pytest.raises(UserRefused, match=r"another owner|only owner"):
                change()
    a_user("second", Role.OWNER)
    user_operations.delete_user(owner.pk, None, AT)
    assert actions() == [("deleted", "owner")]


@pytest.mark.both_databases
def test_two_owners_who_demote_each_other_leave_one(database: Database) -> None:
    """Many times: each of them holds what the other one waits for."""
    for number in range(5):
        pair = [a_user(f"owner-{number}-{each}", Role.OWNER) for each in "ab"]
        User.objects.exclude(pk__in=[each.pk for each in pair]).update(is_active=False)
        barrier, refused = threading.Barrier(2), []

        def demote(
            by: User, whom: User, barrier: threading.Barrier = barrier, refused: list[str] = refused
        ) -> None:
            try:
                barrier.wait()
                user_operations.change_role(whom.pk, Role.STAFF, by, AT)
            except UserRefused as error:
                refused.append(str(error))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=demote, args=each) for each in (pair, pair[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert refused == ["Only an owner may do this."]
        assert [role_of(each) for each in User.objects.filter(pk__in=[each.pk for each in pair])].count(
            Role.OWNER
        ) == 1


def test_a_lost_second_factor_is_taken_away_with_a_new_link(database: Database, owner: User) -> None:
    colleague = a_user("colleague", Role.STAFF)
    client = client_of(colleague)
    Authenticator.objects.create(user=colleague, type=Authenticator.Type.TOTP, data={})
    user_operations.let_in_again(colleague.pk, owner, AT)
    assert Authenticator.objects.exists()
    assert is_signed_in(client)
    user_operations.let_in_again(colleague.pk, owner, AT, without_factor=True)
    assert not Authenticator.objects.exists()
    assert not is_signed_in(client)
    assert [action for action, _ in actions()] == ["link made", "second factor reset", "link made"]


def test_the_first_owner_comes_from_init_and_is_let_in_again_by_owner_link(sqlite_database: Database) -> None:
    first = run_hub("init", **sqlite_database.environment)
    assert "doorward-hub init --owner EMAIL" in first.stdout
    made = run_hub("init", "--owner", "Ann@club.example", **sqlite_database.environment)
    assert made.returncode == 0, made.stderr
    ann = User.objects.get(email="ann@club.example")
    assert (role_of(ann), ann.is_superuser, ann.has_usable_password()) == (Role.OWNER, False, False)
    choose_password(made.stdout.partition("#")[2].split()[0], PASSWORD, datetime.now(UTC))
    again = run_hub("init", "--owner", "ann@club.example", **sqlite_database.environment)
    assert "is an owner already" in again.stdout
    assert "#" not in again.stdout
    Authenticator.objects.create(user=ann, type=Authenticator.Type.TOTP, data={})
    let_in = run_hub("owner_link", "ann@club.example", **sqlite_database.environment)
    assert "/account/link/#" in let_in.stdout
    assert not Authenticator.objects.exists()
    nobody = run_hub("owner_link", "bob@club.example", **sqlite_database.environment)
    assert nobody.returncode == 1
    assert "Owners: ann@club.example." in nobody.stderr
    assert {entry.actor_kind for entry in Entry.objects.exclude(action="password chosen")} == {"command"}
    assert all(entry.actor.startswith("doorward-hub by ") for entry in Entry.objects.filter(actor_kind="command"))


def test_a_user_is_deleted_at_the_desk_after_one_more_look(database: Database, owner: User) -> None:
    client, second = client_of(owner), a_user("second", Role.OWNER)
    theirs, address = client_of(second), f"/desk/users/{second.pk}/delete/"
    assert address in client.get(f"/desk/users/{second.pk}/").content.decode()
    assert "This cannot be undone." in client.get(address).content.decode()
    assert is_signed_in(theirs) and User.objects.count() == 2
    assert "Deleted: Second." in client.post(address, follow=True).content.decode()
    assert not is_signed_in(theirs) and not User.objects.filter(pk=second.pk).exists()
    assert client.post(address).status_code == 404
    mine = client.post(f"/desk/users/{owner.pk}/delete/")
    assert (mine.status_code, "This is you" in mine.content.decode()) == (409, True)
    entry = Entry.objects.get(action="deleted")
    assert (entry.actor, entry.thing, entry.before) == (
        "Owner",
        "second",
        {"email": second.email, "role": "owner"},
    )
