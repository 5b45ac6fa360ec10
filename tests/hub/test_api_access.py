"""May this customer do that: the API's answer is decide()'s own, which a scan gets and `explain` replays."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from contract.ask import Posture
from contract.limits import Limit
from hub.checkins.models import CheckIn
from hub.feed.models import Feed
from hub.fleet.models import Reader
from hub.members import codes, operations, status_operations
from hub.members.models import Customer, Membership, Permission
from hub.orders import mode_operations
from hub.orders.places import Place
from hub.partners import operations as partners
from hub.partners.models import Partner
from tests.hub.api_client import Api, problem_of
from tests.hub.explained import DOOR, WINE, Scene, last, scene

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


def asked(api: Api, club: Scene, permission: str = WINE, **said: Any) -> dict[str, Any]:
    body = {"card": codes.decrypt(club.card), "permission": permission, "site": "clubhouse"} | said
    return api.post("/access/check", body, 200)


def scanned(club: Scene, permission: str = WINE) -> dict[str, Any]:
    """The same question as a scan of now, and what `explain` says of it."""
    club.permission, club.arrives_at = permission, timezone.now() + timedelta(days=1)
    club.scan(timezone.now())
    told = last()
    assert told.replay.same
    return {"outcome": told.checkin.outcome, "reason": told.checkin.reason, "detail": told.checkin.detail}


def revoke(club: Scene) -> None:
    operations.revoke_memberships([club.club.membership], timezone.now() - timedelta(days=1))


def freeze(club: Scene) -> None:
    status_operations.freeze_membership(club.club.membership, timezone.now() - timedelta(days=1), None)


def use_up(club: Scene) -> None:
    scanned(club)


def revoke_card(club: Scene) -> None:
    operations.revoke_cards([club.card], timezone.now())


def drop_grant(club: Scene) -> None:
    plan = club.club.membership.plan
    operations.save_plan(plan, (), plan.grants.all())


@pytest.mark.parametrize("change", [None, revoke, freeze, use_up, revoke_card, drop_grant])
@pytest.mark.parametrize("permission", [WINE, DOOR])
def test_it_is_what_a_scan_gets_and_explain_replays(permission: str, change: Any) -> None:
    club, api = scene(), Api()
    if change is not None:
        change(club)
    answer = asked(api, club, permission)
    assert {name: answer[name] for name in ("outcome", "reason", "detail")} == scanned(club, permission)


def test_to_ask_is_a_look_and_not_a_use() -> None:
    club, api = scene(), Api()
    first, again = asked(api, club), asked(api, club)
    assert (first["kind"], first["remaining"], again["remaining"]) == ("look", 1, 1)
    assert not CheckIn.objects.exists()
    sequence = Feed.objects.get().sequence
    asked(api, club)
    assert Feed.objects.get().sequence == sequence
    use_up(club)
    used = asked(api, club)
    assert (used["reason"], used["remaining"], used["next_available_at"] is None) == ("limit_reached", 0, False)


def test_who_it_is_may_be_said_in_four_ways() -> None:
    club, api = scene(), Api()
    customer = club.club.customer
    customer.email, customer.external_id = "member@club.example", "c-1"
    operations.save_customer(customer)
    ways = ({"customer": customer.pk}, {"email": "Member@Club.example"}, {"external_id": "c-1"})
    answers = [api.post("/access/check", {"permission": DOOR} | way, 200) for way in ways]
    answers.append(asked(api, club, DOOR))
    assert {(each["outcome"], each["customer"]["id"]) for each in answers} == {("granted", customer.pk)}
    for wrong in ({}, {"customer": customer.pk, "external_id": "c-1"}):
        assert problem_of(api.ask("POST", "/access/check", {"permission": DOOR} | wrong)) == "rule"
    assert problem_of(api.ask("POST", "/access/check", {"permission": DOOR, "external_id": "c-2"})) == "not-found"
    assert asked(api, club, DOOR, card="4006381333931")["reason"] == "unknown_card"


def test_a_reader_brings_its_rules_and_its_lockdown() -> None:
    club, api = scene(), Api()
    here = {"customer": club.club.customer.pk, "permission": DOOR, "reader": "clubhouse/door"}
    assert api.post("/access/check", here, 200)["reason"] == "granted"
    mode_operations.set_mode(Place(), Posture.LOCKDOWN, timezone.now(), "owner")
    assert api.post("/access/check", here, 200)["reason"] == "lockdown"
    Reader.objects.filter(name="door").update(enabled=False)
    assert api.post("/access/check", here, 200)["reason"] == "reader_disabled"
    for wrong in ({"reader": "clubhouse/none"}, {"site": "none"}, {"partner": "none"}, {"permission": "none"}):
        assert problem_of(api.ask("POST", "/access/check", here | wrong)) == "rule"


def test_every_permission_of_a_customer_with_what_is_left() -> None:
    club, api = scene(), Api()
    partner = partners.save_partner(Partner(slug="wine-bar", name="Wine bar"))
    wine = Permission.objects.get(slug=WINE)
    wine.approved_partners_only = True
    operations.save_permission(wine, [partner])
    operations.save_permission(Permission(slug="sauna", name="Sauna"))
    club.grant(WINE, [Limit(3, 7 * 86_400)])
    told = api.get(f"/customers/{club.club.customer.pk}/permissions")
    answers = {each["permission"]: (each["reason"], each["remaining"], each["partners"]) for each in told["items"]}
    assert answers == {
        DOOR: ("granted", None, []),
        WINE: ("granted", 3, ["wine-bar"]),
        "sauna": ("permission_missing", None, []),
    }


def test_somebody_without_a_membership_is_known_and_may_nothing() -> None:
    club, api = scene(), Api()
    customer = operations.save_customer(Customer(name="Nobody yet"))
    answer = api.post("/access/check", {"customer": customer.pk, "permission": DOOR}, 200)
    assert (answer["reason"], answer["customer"]["name"], answer["membership"]) == (
        "no_membership",
        "Nobody yet",
        None,
    )
    held = Membership.objects.get(pk=club.club.membership.pk)
    assert api.get(f"/memberships/{held.pk}")["status"] == "active"


def test_machines_read_english_whatever_they_accept() -> None:
    body = {"permission": "nowhere", "customer": scene().club.customer.pk}
    with override("en"):
        response = Api().ask("POST", "/access/check", body, Accept_Language="de")
    assert response.headers["Content-Language"] == "en"
    assert "there is no permission nowhere" in response.content.decode()
