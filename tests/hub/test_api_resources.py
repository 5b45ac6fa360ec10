"""The API's resources, from end to end: what is made is found, changed, and gone again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hub.audit.models import Entry
from hub.feed.models import Feed
from hub.fleet import operations as fleet
from hub.fleet.models import Site
from tests.hub.api_client import Api
from tests.hub.presences import well
from tests.hub.scans import small_club

pytestmark = pytest.mark.usefixtures("database")


def test_a_customer_is_made_found_changed_and_deleted() -> None:
    api = Api()
    made = api.post("/customers", {"name": "Member", "email": "Member@Club.example", "external_id": "c-1"})
    id = made["id"]
    assert made == {
        **{"id": id, "name": "Member", "email": "Member@Club.example", "phone": "", "external_id": "c-1"}
    }
    for found_by in ("email=member@club.example", "external_id=c-1", "name=emb"):
        assert [each["id"] for each in api.get(f"/customers?{found_by}")["items"]] == [id]
    assert api.get("/customers?external_id=c-2")["items"] == []
    assert api.patch(f"/customers/{id}", {"phone": "123", "external_id": None})["external_id"] is None
    assert api.get(f"/customers/{id}") == made | {"phone": "123", "external_id": None}
    api.delete(f"/customers/{id}")
    api.get(f"/customers/{id}", 404)


def test_what_a_token_does_is_in_the_audit_log_by_its_name() -> None:
    Api(name="Website").post("/customers", {"name": "Member"})
    entry = Entry.objects.get(thing_kind="customer")
    assert (entry.actor_kind, entry.actor, entry.action) == ("token", "Website", "created")


def test_a_company_s_membership_serves_who_is_linked_to_it() -> None:
    api = Api()
    api.post("/permissions", {"slug": "front-door", "name": "Front door"})
    plan = api.post("/plans", {"name": "Full", "grants": [{"permission": "front-door"}]})
    customer, company = api.post("/customers", {"name": "Member"}), api.post("/companies", {"name": "Company"})
    held = api.post("/memberships", {"plan": plan["id"], "company": company["id"]})
    assert (held["status"], held["detail"], held["company"]) == ("active", "current", company["id"])
    asked = {"customer": customer["id"], "permission": "front-door"}
    assert api.post("/access/check", asked, 200)["reason"] == "no_membership"
    link = api.post("/links", {"customer": customer["id"], "company": company["id"]})
    answer = api.post("/access/check", asked, 200)
    assert (answer["outcome"], answer["inherited_from"], answer["kind"]) == ("granted", company["id"], "look")
    assert [each["id"] for each in api.get(f"/memberships?serving={customer['id']}")["items"]] == [held["id"]]
    assert [each["id"] for each in api.get(f"/customers?plan={plan['id']}")["items"]] == [customer["id"]]
    assert [each["id"] for each in api.get(f"/companies?customer={customer['id']}")["items"]] == [company["id"]]
    api.delete(f"/links/{link['id']}")
    assert api.post("/access/check", asked, 200)["reason"] == "no_membership"


def test_a_plan_s_grants_are_changed_as_a_whole() -> None:
    api = Api()
    for slug in ("front-door", "glass-of-wine"):
        api.post("/permissions", {"slug": slug, "name": slug})
    wine = {"permission": "glass-of-wine", "limits": [{"count": 1, "window": "week"}]}
    plan = api.post("/plans", {"name": "Full", "price_cents": 4900, "currency": "EUR", "grants": [wine]})
    assert plan["grants"][0]["limits"] == [
        {
            **{"count": 1, "window": "week", "window_seconds": None},
            **{"counts_by": "membership", "across": "all", "gap_seconds": 0},
        }
    ]
    changed = api.patch(f"/plans/{plan['id']}", {"grants": [{"permission": "front-door"}, wine]})
    assert [each["permission"] for each in changed["grants"]] == ["glass-of-wine", "front-door"]
    assert api.patch(f"/plans/{plan['id']}", {"name": "All"})["grants"] == changed["grants"]
    assert api.patch(f"/plans/{plan['id']}", {"grants": []})["grants"] == []
    assert api.patch("/permissions/glass-of-wine", {"is_benefit": True})["is_benefit"] is True
    assert api.get("/permissions/front-door")["is_benefit"] is False
    api.delete("/permissions/front-door")
    api.delete(f"/plans/{plan['id']}")


def test_what_is_still_needed_is_not_deleted() -> None:
    api = Api()
    api.post("/permissions", {"slug": "front-door", "name": "Front door"})
    api.post("/plans", {"name": "Full", "grants": [{"permission": "front-door"}]})
    assert api.delete("/permissions/front-door", 409)["type"].endswith(":in-use")


def test_a_membership_in_its_time() -> None:
    api = Api()
    plan, customer = api.post("/plans", {"name": "Full"}), api.post("/customers", {"name": "Member"})
    held = api.post(
        "/memberships",
        {
            **{"plan": plan["id"], "customer": customer["id"], "at_end": "renews"},
            **{"starts_at": "2026-01-01T00:00:00+01:00", "ends_at": "2199-01-01T00:00:00Z"},
        },
    )
    assert held["starts_at"] == "2025-12-31T23:00:00Z"
    at = f"/memberships/{held['id']}"
    assert api.post(f"{at}/renew", {"ends_at": "2199-02-01T00:00:00Z"}, 200)["ends_at"] == "2199-02-01T00:00:00Z"
    assert api.post(f"{at}/renew", {}, 422)["type"].endswith(":rule")
    assert api.post(f"{at}/cancel", {}, 200)["detail"] == "cancelling"
    assert api.post(f"{at}/cancel", {}, 422)["type"].endswith(":rule")
    assert api.post(f"{at}/uncancel", status=200)["detail"] == "current"
    assert api.post(f"{at}/freeze", {}, 200)["detail"] == "suspended"
    assert [each["id"] for each in api.get("/memberships?status=inactive")["items"]] == [held["id"]]
    assert api.get("/memberships?status=active")["items"] == []
    assert [each["id"] for each in api.get("/customers?status=inactive")["items"]] == [customer["id"]]
    assert api.post(f"{at}/resume", status=200)["detail"] == "current"
    other = api.post("/plans", {"name": "Small", "billed_every": 1})
    exchanged = api.post(f"{at}/change-plan", {"plan": other["id"]}, 200)
    assert (exchanged["plan"], exchanged["status"], api.get(at)["status"]) == (other["id"], "active", "expired")
    at = f"/memberships/{exchanged['id']}"
    assert api.post(f"{at}/revoke", status=200)["detail"] == "revoked"
    assert api.get(at)["status"] == "expired"
    again = api.post(
        "/memberships", {"plan": plan["id"], "customer": customer["id"], "starts_at": "2020-01-01T00:00:00Z"}
    )
    assert api.post(f"/memberships/{again['id']}/cancel", {"when": "now"}, 200)["detail"] == "cancelled"


def test_billing_periods_are_of_the_clubs_clock() -> None:
    Site.objects.create(name="club", time_zone="Europe/Berlin")
    api = Api()
    plan, customer = (
        api.post("/plans", {"name": "Full", "billed_every": 1}),
        api.post("/customers", {"name": "Member"}),
    )
    dates = {"starts_at": "2026-03-01T00:00:00+01:00", "ends_at": "2100-03-01T00:00:00+01:00"}
    held = api.post("/memberships", {"plan": plan["id"], "customer": customer["id"], **dates})
    renewed = api.post(f"/memberships/{held['id']}/renew", {}, 200)
    assert renewed["ends_at"] == "2100-03-31T22:00:00Z"
    other = {"plan": api.post("/plans", {"name": "Small", "billed_every": 1})["id"]}
    at = {"from_at": "2099-03-01T00:00:00+01:00"}
    exchanged = api.post(f"/memberships/{held['id']}/change-plan", other | at, 200)
    assert exchanged["ends_at"] == "2099-03-31T22:00:00Z"


def test_a_card_s_code_is_told_once() -> None:
    api = Api()
    customer = api.post("/customers", {"name": "Member"})
    card = api.post("/cards", {"customer": customer["id"]})
    assert card["qr"].endswith(f"/C/{card['code']}")
    for shown in (api.get(f"/cards/{card['id']}"), *api.get(f"/cards?customer={customer['id']}")["items"]):
        assert card["code"] not in str(shown)
        assert shown["state"] == "live"
    own = api.post("/cards", {"customer": customer["id"], "code": "4006381333931"})
    assert own["code"] == "4006381333931"
    assert api.post("/cards", {"customer": customer["id"], "code": "4006381333931"}, 422)["type"].endswith(":rule")
    assert api.post(f"/cards/{card['id']}/revoke", status=200)["state"] == "revoked"
    asked = {
        "card": card["code"],
        "permission": api.post("/permissions", {"slug": "door", "name": "Door"})["slug"],
    }
    assert api.post("/access/check", asked, 200)["reason"] == "card_revoked"


def test_an_email_address_that_several_share_says_so() -> None:
    api = Api()
    api.post("/permissions", {"slug": "front-door", "name": "Front door"})
    for name in ("One", "Other"):
        api.post("/customers", {"name": name, "email": "house@club.example"})
    asked = {"email": "House@club.example", "permission": "front-door"}
    problem = api.post("/access/check", asked, 409)
    assert problem["type"].endswith(":ambiguous")
    assert "2 customers" in problem["detail"]
    assert api.post("/access/check", asked | {"email": "nobody@club.example"}, 404)


def test_an_edge_with_what_it_last_said() -> None:
    api, edge = Api(), small_club().edge
    assert api.get("/edges/clubhouse")["presence"] is None
    feed, at = Feed.objects.get(), timezone.now()
    fleet.note_presence(edge.name, well(feed, sequence=feed.sequence - 1), at - timedelta(seconds=5))
    [told] = api.get("/edges")["items"]
    assert told == api.get("/edges/clubhouse")
    assert (told["site"], told["state"], told["configuration"]) == ("clubhouse", "enrolled", "none")
    assert {name: told["presence"][name] for name in ("online", "behind", "waiting", "clock")} == {
        **{"online": True, "behind": 1, "waiting": 0, "clock": "synced"}
    }
