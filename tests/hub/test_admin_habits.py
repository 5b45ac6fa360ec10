"""What staff meet on the pages: revoking is asked once more, dates need no time, names that edges know stay."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission as Right
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client

from contract.card import canonical_code
from hub.fleet.models import Edge, Reader
from hub.members import codes
from hub.members.models import Card, Customer, Membership, Permission, Plan
from tests.hub.conftest import Database
from tests.hub.followed import assert_exact
from tests.hub.staff_pages import address, history, inline, post


@pytest.fixture
def staff(sqlite_example: Database) -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    yield client
    assert_exact()


def page(client: Client, url: str) -> str:
    return client.get(url).content.decode()


# Revoking


@pytest.mark.parametrize("model", [Membership, Card])
def test_revoking_on_the_list_is_asked_once_more(staff: Client, model: type[Model]) -> None:
    first, second = model.objects.filter(revoked_at=None)[:2]
    chosen = {"action": "revoke", "_selected_action": [first.pk, second.pk]}
    asked = staff.post(address(model, "changelist"), chosen).content.decode()
    assert "at once and for good" in asked
    assert str(first) in asked
    assert model.objects.filter(pk=first.pk, revoked_at=None).exists()
    assert history(first) == []
    for _ in range(2):
        post(staff, address(model, "changelist"), **chosen, post="yes")
    assert not model.objects.filter(pk__in=[first.pk, second.pk], revoked_at=None).exists()
    assert history(first) == history(second) == ["Revoked."]


@pytest.mark.parametrize("model", [Membership, Card])
def test_revoking_on_a_things_own_page(staff: Client, model: type[Model]) -> None:
    thing = model.objects.filter(revoked_at=None).first()
    change, revoke = address(model, "change", thing.pk), address(model, "revoke_this", thing.pk)
    assert f'href="{revoke}"' in page(staff, change)
    assert "at once and for good" in page(staff, revoke)
    assert model.objects.get(pk=thing.pk).revoked_at is None
    post(staff, revoke)
    assert model.objects.get(pk=thing.pk).revoked_at is not None
    assert history(thing) == ["Revoked."]
    assert f'href="{revoke}"' not in page(staff, change)
    assert staff.get(address(model, "revoke_this", 987_654)).status_code == 404


@pytest.mark.parametrize("model", [Membership, Card])
def test_nobody_types_when_something_was_revoked(staff: Client, model: type[Model]) -> None:
    thing = model.objects.filter(revoked_at=None).first()
    assert 'name="revoked_at' not in page(staff, address(model, "change", thing.pk))
    assert 'name="revoked_at' not in page(staff, address(model, "add"))


def test_who_may_only_look_revokes_nothing(staff: Client) -> None:
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Right.objects.get(codename="view_membership"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(clerk)
    thing = Membership.objects.first()
    assert "Revoke now" not in page(client, address(Membership, "change", thing.pk))
    assert client.post(address(Membership, "revoke_this", thing.pk)).status_code == 403
    client.post(
        address(Membership, "changelist"), {"action": "revoke", "_selected_action": thing.pk, "post": "yes"}
    )
    assert Membership.objects.get(pk=thing.pk).revoked_at is None


# Dates


def test_a_date_without_a_time_is_its_midnight(staff: Client) -> None:
    customer, plan = Customer.objects.get(name="Customer without a membership"), Plan.objects.first()
    fields = {"plan": plan.pk, "customer": customer.pk, "starts_at_0": "2026-01-01", "starts_at_1": ""}
    fields |= {"at_end": "ends"} | inline("freezes")
    post(staff, address(Membership, "add"), **fields, ends_at_0="2027-01-01", ends_at_1="18:30")
    [held] = customer.memberships.all()
    assert held.starts_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert held.ends_at == datetime(2027, 1, 1, 18, 30, tzinfo=UTC)
    post(staff, address(Membership, "change", held.pk), **fields, ends_at_0="", ends_at_1="")
    held.refresh_from_db()
    assert held.ends_at is None
    for wrong in ({"starts_at_0": ""}, {"starts_at_1": "noon"}, {"ends_at_1": "12:00"}):
        assert staff.post(address(Membership, "add"), fields | wrong).status_code == 200


def test_dates_on_a_customers_page_too(staff: Client) -> None:
    customer, plan = Customer.objects.get(name="Customer without a membership"), Plan.objects.first()
    held = {"plan": plan.pk, "starts_at_0": "2026-01-01", "starts_at_1": ""}
    fields = inline("memberships", held) | inline("links") | inline("cards")
    post(staff, address(Customer, "change", customer.pk), name=customer.name, email="", **fields)
    assert customer.memberships.get().starts_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_membership_starts_now_unless_told_otherwise(staff: Client) -> None:
    today = f'value="{datetime.now(UTC):%Y-%m-%d}"'
    assert today in page(staff, address(Membership, "add"))
    assert today in page(staff, address(Customer, "add"))


# What edges know by name


@pytest.mark.parametrize(("model", "field"), [(Edge, "name"), (Permission, "slug")])
def test_a_name_that_edges_know_is_given_once(staff: Client, model: type[Model], field: str) -> None:
    thing = model.objects.first()
    before = getattr(thing, field)
    assert f'name="{field}"' in page(staff, address(model, "add"))
    assert f'name="{field}"' not in page(staff, address(model, "change", thing.pk))
    fields = {"site": Edge.objects.get().site_id, "feed": Edge.objects.get().feed_id} | inline("readers")
    post(staff, address(model, "change", thing.pk), **({"name": "renamed"} | {field: "renamed"} | fields))
    assert getattr(model.objects.get(pk=thing.pk), field) == before


def test_readers_say_that_edge_toml_decides(staff: Client) -> None:
    for url in (
        address(Reader, "changelist"),
        address(Reader, "add"),
        address(Reader, "change", Reader.objects.first().pk),
    ):
        assert "decides what its readers do" in page(staff, url)
    assert "The same as in edge.toml." in page(staff, address(Edge, "change", Edge.objects.get().pk))


# Cards


def test_a_cards_page_shows_its_code_to_type(staff: Client) -> None:
    for card in Card.objects.all():
        code = codes.decrypt(card)
        shown = codes.typed_text(code)
        assert shown in page(staff, address(Card, "change", card.pk))
        assert canonical_code(shown) == code
        assert shown == "4006381333931" or [len(group) for group in shown.split()] == [4] * 5


def test_printing_cards_is_in_reach(staff: Client) -> None:
    assert page(staff, "/admin/").count("Print cards") == 1


# Pages


@pytest.mark.parametrize("model", [Customer, Plan, Permission, Membership, Card, Edge, Reader])
def test_add_pages_have_titles(staff: Client, model: type[Model]) -> None:
    assert f">Add {model._meta.verbose_name}</h2>" in page(staff, address(model, "add"))
    first = address(model, "change", model.objects.first().pk)
    assert ">Add " not in page(staff, first).partition('id="content-main"')[2].partition("<form")[0]


def test_another_host_is_told_which_setting_names_it(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    answer = Client(SERVER_NAME="elsewhere.example").get("/admin/")
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "DOORWARD_URL" in text
    assert "elsewhere" not in text
    assert "DOORWARD_URL" in caplog.text
    assert "ALLOWED_HOSTS" not in caplog.text
