"""A token learns what its scopes allow it to read, and no more; looks are not kept; changes are compared first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hub.decisions import looking
from hub.fleet import operations as fleet
from hub.fleet.models import Site
from hub.members import operations
from hub.members.models import Customer, Membership
from tests.hub.api_client import Api, problem_of
from tests.hub.explained import DOOR, scene
from tests.hub.people import a_customer, a_plan

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]

LATER, LATER_YET = "2099-01-01T00:00:00Z", "2099-06-01T00:00:00Z"


@pytest.fixture
def ann() -> Customer:
    return operations.save_customer(Customer(name="Ann Arbor", email="ann@club.example"))


def running(days: int = 365) -> Membership:
    """It began lately, and ends in so many days."""
    now = timezone.now()
    dates = {"starts_at": now - timedelta(days=9), "ends_at": now + timedelta(days=days)}
    return operations.save_membership(Membership(plan=a_plan(), customer=a_customer("Bo"), **dates))


def test_who_may_change_but_not_read_is_told_the_number_alone(ann: Customer) -> None:
    held, card = running(), operations.issue_card(ann)
    for path, scope, number in (
        (f"/customers/{ann.pk}", "customers", ann.pk),
        (f"/memberships/{held.pk}", "memberships", held.pk),
        (f"/cards/{card.pk}", "cards", card.pk),
    ):
        assert Api(f"{scope}:write", name=f"{scope} w").patch(path, {}) == {"id": number}
        assert len(Api(f"{scope}:write", f"{scope}:read", name=f"{scope} rw").patch(path, {})) > 1
    writing = Api("memberships:write", "plans:write", name="actions")
    assert writing.post(f"/memberships/{held.pk}/cancel", {}, 200) == {"id": held.pk}
    writing.post("/permissions", {"slug": "sauna", "name": "Sauna"})
    assert writing.patch("/permissions/sauna", {}) == {"slug": "sauna"}


def test_names_are_for_those_who_may_see_customers() -> None:
    club = scene()
    number, name = club.card.customer_id, club.card.customer.name
    for api, said in (
        (Api("access:check", name="door"), None),
        (Api("access:check", "customers:read", name="site"), name),
    ):
        asked = api.post("/access/check", {"customer": number, "permission": DOOR}, 200)
        assert asked["customer"] == {"id": number, "name": said}
        assert api.get(f"/customers/{number}/permissions")["customer"] == {"id": number, "name": said}


def test_a_card_that_is_taken_does_not_tell_whose_it_is(ann: Customer) -> None:
    operations.import_card(ann, "12345678")
    body = {"customer": a_customer("Bo").pk, "code": "12345678"}
    refused = Api("cards:write", name="cards").ask("POST", "/cards", body)
    assert problem_of(refused) == "rule"
    assert b"another card" in refused.content and b"Ann" not in refused.content


def test_a_look_is_answered_anew_under_the_same_key() -> None:
    club, api = scene(), Api()
    body = {"customer": club.card.customer_id, "permission": DOOR}
    assert api.post("/access/check", body, 200, Idempotency_Key="k")["outcome"] == "granted"
    operations.revoke_memberships([club.club.membership], timezone.now())
    assert api.post("/access/check", body, 200, Idempotency_Key="k")["outcome"] == "denied"


def test_without_a_site_it_is_the_first_one() -> None:
    assert looking.place_of(timezone.now()).policy.site is None
    fleet.save_site(Site(name="one", time_zone="Europe/Berlin"))
    fleet.save_site(Site(name="another"))
    assert looking.place_of(timezone.now()).policy.site == "one"
    assert looking.place_of(timezone.now(), site="another").policy.site == "another"


@pytest.mark.both_databases
def test_what_was_changed_meanwhile_is_neither_deleted_nor_dealt_with(ann: Customer) -> None:
    api, held = Api(), running()
    old = api.ask("GET", f"/customers/{ann.pk}")["ETag"]
    api.patch(f"/customers/{ann.pk}", {"phone": "1"})
    refused = api.ask("DELETE", f"/customers/{ann.pk}", If_Match=old)
    assert problem_of(refused) == "changed-meanwhile"
    new = api.ask("GET", f"/customers/{ann.pk}")["ETag"]
    assert api.ask("DELETE", f"/customers/{ann.pk}", If_Match=new).status_code == 204
    address = f"/memberships/{held.pk}"
    old = api.ask("GET", address)["ETag"]
    done = api.ask("POST", f"{address}/renew", {"ends_at": LATER}, If_Match=old)
    assert done.status_code == 200 and done["ETag"] == api.ask("GET", address)["ETag"] != old
    again = api.ask("POST", f"{address}/renew", {"ends_at": LATER_YET}, If_Match=old)
    assert problem_of(again) == "changed-meanwhile"
    assert api.get(address)["ends_at"] == LATER


def test_an_answer_that_is_given_again_has_its_etag() -> None:
    api = Api()
    first, second = (api.ask("POST", "/customers", {"name": "Cy"}, Idempotency_Key="c") for _ in range(2))
    assert second["Idempotency-Replayed"] == "true"
    assert (second["ETag"], second.content) == (first["ETag"], first.content)


def test_what_is_over_or_revoked_stays_so() -> None:
    api = Api()
    over, revoked = running(-1), running()
    operations.revoke_memberships([revoked], timezone.now())
    for held in (over, revoked):
        refused = api.ask("PATCH", f"/memberships/{held.pk}", {"ends_at": LATER})
        assert problem_of(refused) == "rule"
        assert api.patch(f"/memberships/{held.pk}", {"external_id": f"x-{held.pk}"})["status"] == "expired"
