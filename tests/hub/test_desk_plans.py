"""Plans on staff's own pages: the list, a plan, the editor with its look ahead, a copy, what cannot be deleted."""

import csv
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission as AccessPermission
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contract.limits import Limit
from hub.audit.models import Entry
from hub.desk.granting_forms import ROWS_MAX
from hub.members import operations, rows
from hub.members.models import Customer, Grant, Membership, Permission, Plan
from tests.hub.followed import assert_exact
from tests.hub.people import a_customer, a_plan

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
WEEK_S = 604_800


def a_holder(plan: Plan, name: str = "Member") -> Customer:
    customer = a_customer(name)
    starts_at = timezone.now() - timedelta(days=1)
    operations.save_membership(Membership(plan=plan, customer=customer, starts_at=starts_at))
    return customer


def sent(*grants: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The editor's fields: a plan with these grants."""
    said: dict[str, Any] = {"name": "Full", "billed_in": "months", "grants": len(grants), "do": "look"}
    for number, grant in enumerate(grants):
        whole = {"limits": "", "offline": "allow"} | grant
        said |= {f"grant{number}-{name}": value for name, value in whole.items()}
    return said | fields


def mark_in(page: str) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]{64})"', page)
    assert found is not None, page
    return found[1]


def shown_in(client: Client, address: str) -> str:
    """What the editor's page says of what it was made from."""
    found = re.search(r'name="shown" value="([^"]+)"', client.get(address).content.decode())
    return found[1] if found else ""


def posted(client: Client, address: str, status: int, **fields: Any) -> str:
    if "/edit/" in address:
        fields = {"shown": shown_in(client, address)} | fields
    response = client.post(address, fields)
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def a_permission(slug: str) -> Permission:
    return operations.save_permission(Permission(slug=slug, name=slug.title()))


def test_a_plan_is_made_with_a_price_and_what_it_grants(colleague_client: Client) -> None:
    wine, door = a_permission("wine"), a_permission("door")
    grants = ({"permission": wine.pk, "limits": "1 per week", "confirm": "on"}, {"permission": door.pk})
    fields = sent(*grants, price="29,5", currency="eur", billed_every="1", external_id="gold")
    posted(colleague_client, "/desk/plans/new/", 302, **fields)
    plan = Plan.objects.get()
    assert (plan.price_cents, plan.currency, plan.billed_every, plan.external_id) == (2950, "EUR", 1, "gold")
    told = {each.permission.slug: (rows.limits_of(each), each.confirm) for each in plan.grants.all()}
    assert told == {"wine": ((Limit(1, WEEK_S),), True), "door": ((), False)}
    page = colleague_client.get("/desk/plans/").content.decode()
    assert "29.50 EUR" in page and "Wine, Door" in page
    assert "29.50 EUR" in colleague_client.get(f"/desk/plans/{plan.pk}/").content.decode()
    assert_exact()


def test_what_cannot_be_meant_is_told_and_nothing_is_lost(colleague_client: Client) -> None:
    wine = a_permission("wine")
    for grants, fields, said in (
        (({"permission": wine.pk, "limits": "1 per fortnight"},), {}, "is no limit"),
        (({"permission": wine.pk, "limits": "1 per billing period"},), {}, "no billing periods"),
        (({"permission": wine.pk}, {"permission": wine.pk}), {}, "stands here twice"),
        (({"permission": "", "limits": "1 per week"},), {}, "This field is required"),
        (({"permission": wine.pk, "confirm": "on"},), {}, "give it a limit first"),
        ((), {"price": "12.345", "currency": "EUR"}, "at most 2 digits"),
        ((), {"price": "12"}, "needs its currency"),
        ((), {"price": "a lot", "currency": "EUR"}, "Write a price as a number"),
        ((), {"price": "nan", "currency": "EUR"}, "Write a price as a number"),
        ((), {"price": "1e999999", "currency": "EUR"}, "Write a price as a number"),
        ((), {"name": ""}, "This field is required"),
        ((), {"billed_every": "999"}, "This cannot be"),
    ):
        page = posted(colleague_client, "/desk/plans/new/", 422, **sent(*grants, **fields))
        assert said in page.replace("&#x27;", "'"), (said, page)
    typed = posted(colleague_client, "/desk/plans/new/", 422, **sent({"permission": wine.pk, "limits": "once"}))
    assert 'value="once"' in typed and f'<option value="{wine.pk}" selected' in typed
    assert not Plan.objects.exists()


def test_who_loses_is_seen_before_it_is_saved(colleague_client: Client) -> None:
    plan = a_plan("door", Limit(1, WEEK_S))
    holder = a_holder(plan, "=Ann & Sons")
    lounge = a_permission("lounge")
    address = f"/desk/plans/{plan.pk}/edit/"
    fields = sent({"permission": lounge.pk})
    page = posted(colleague_client, address, 200, **fields)
    for text in ("1 customer gains something", "1 customer loses something", "=Ann &amp; Sons", "Door: no more"):
        assert text in page, text
    assert plan.grants.get().permission.slug == "door"
    mark = mark_in(page)
    file = b"".join(colleague_client.post(address, fields | {"do": "csv"}).streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(file.splitlines()))
    assert [(each["change"], each["permission"], each["name"]) for each in lines] == [
        ("loses", "door", "'=Ann & Sons"),
        ("gains", "lounge", "'=Ann & Sons"),
    ]
    assert (Entry.objects.get(action="exported").thing, len(lines)) == ("preview.csv", 2)
    assert str(holder.pk) == lines[0]["customer"] and lines[0]["before"] == "1 per week"
    other = sent({"permission": lounge.pk, "limits": "3 in all"}, do="save", mark=mark)
    page = posted(colleague_client, address, 409, **other)
    assert "Something else would happen" in page and 'value="3 in all"' in page
    posted(colleague_client, address, 302, **(other | {"mark": mark_in(page)}))
    assert [each.permission.slug for each in plan.grants.all()] == ["lounge"]
    assert "Saved: Full." in colleague_client.get(f"/desk/plans/{plan.pk}/").content.decode()
    assert_exact()


def test_other_terms_are_seen_too_and_a_new_name_needs_no_look(colleague_client: Client) -> None:
    plan = a_plan("door", Limit(1, WEEK_S))
    a_holder(plan)
    door, address = plan.grants.get().permission, f"/desk/plans/{plan.pk}/edit/"
    page = posted(colleague_client, address, 200, **sent({"permission": door.pk, "limits": "2 per week"}))
    assert "For 1 customer something differs" in page and "“2 per week” instead of “1 per week”" in page
    posted(colleague_client, address, 302, **sent({"permission": door.pk, "limits": "1 per week"}, name="Gold"))
    plan.refresh_from_db()
    assert plan.name == "Gold" and rows.limits_of(plan.grants.get()) == (Limit(1, WEEK_S),)


def test_all_that_was_typed_of_a_new_plan_is_still_there_with_another_row(colleague_client: Client) -> None:
    typed = {"price": "29.00", "setup_fee": "5.00", "trial_days": "30", "seats_max": "3", "grace_hours": "24"}
    page = posted(colleague_client, "/desk/plans/new/", 200, **sent({}, do="row", **typed))
    for name, value in typed.items():
        assert re.search(f'name="{name}" value="{re.escape(value)}"', page), name


def test_a_plan_and_the_list_say_what_joining_with_it_is(colleague_client: Client) -> None:
    plan = a_plan("door")
    bare = colleague_client.get(f"/desk/plans/{plan.pk}/").content.decode()
    assert "not at all: it is free" in bare and "Setup fee" not in bare and "Trial" not in bare
    Plan.objects.filter(pk=plan.pk).update(
        **{"price_cents": 2900, "currency": "EUR", "billed_every": 1, "setup_fee_cents": 500, "trial_days": 14},
        **{"tax_text": "incl. 19 % VAT", "is_public": True, "for_companies": True, "seats_max": 3},
    )
    page = colleague_client.get(f"/desk/plans/{plan.pk}/").content.decode()
    for said in (
        "5.00 EUR",
        "incl. 19 % VAT",
        "14 days",
        "everybody can choose it",
        "by invoice",
        "at most 3 seats",
    ):
        assert said in page, said
    shown = colleague_client.get("/desk/plans/").content.decode()
    for said in ("public", "for companies", "Trial: 14 days", "Setup fee: 5.00 EUR"):
        assert f'<span class="chip">{said}</span>' in shown, said


def test_a_free_plan_is_told_how_to_be_one(colleague_client: Client) -> None:
    page = posted(colleague_client, "/desk/plans/new/", 422, **sent({}, price="0"))
    assert "Then leave the price empty" in page and not Plan.objects.exists()
    assert "everybody pays like this" in colleague_client.get("/desk/plans/new/").content.decode()


def test_rows_come_and_go_without_a_script(colleague_client: Client) -> None:
    door = a_permission("door")
    plan = a_plan("door")
    address = f"/desk/plans/{plan.pk}/edit/"
    shown = colleague_client.get(address).content.decode()
    assert 'name="grants" value="1"' in shown and f'<option value="{door.pk}" selected' in shown
    more = posted(colleague_client, address, 200, **sent({"permission": door.pk, "limits": "5 in all"}, do="row"))
    assert 'name="grants" value="2"' in more and 'value="5 in all"' in more and "grant1-permission" in more
    assert not rows.limits_of(plan.grants.get())
    posted(colleague_client, address, 302, **sent({"permission": door.pk, "removed": "on"}, {}))
    assert not plan.grants.exists()


def test_what_is_to_be_left_out_is_still_so_after_the_look(colleague_client: Client) -> None:
    plan, lounge = a_plan("door"), a_permission("lounge")
    door, address = plan.grants.get().permission, f"/desk/plans/{plan.pk}/edit/"
    operations.save_grant(Grant(plan=plan, permission=lounge), ())
    a_holder(plan)
    fields = sent({"permission": door.pk, "removed": "on"}, {}, {"permission": lounge.pk})
    page = posted(colleague_client, address, 200, **fields)
    assert "Door: no more" in page and "Lounge:" not in page and "This field is required" not in page
    said = dict(re.findall(r'name="(grant\d+-removed)"[^>]*?(checked)', page))
    assert said == {"grant0-removed": "checked"} and 'name="grants" value="3"' in page
    posted(colleague_client, address, 302, **(fields | {"do": "save", "mark": mark_in(page)}))
    assert [each.permission for each in plan.grants.all()] == [lounge]


def test_enter_in_a_field_looks_and_adds_no_row(colleague_client: Client) -> None:
    page = colleague_client.get("/desk/plans/new/").content.decode()
    form = page[page.index('class="cards">') :]
    assert re.findall(r'name="do" value="(\w+)"', form)[:3] == ["look", "permission", "row"]


def test_more_rows_than_a_page_has_are_refused_and_none_is_lost(colleague_client: Client) -> None:
    plan = a_plan("door")
    door, address = plan.grants.get().permission, f"/desk/plans/{plan.pk}/edit/"
    many = [{"permission": ""}] * ROWS_MAX + [{"permission": door.pk}]
    page = posted(colleague_client, address, 422, **sent(*many))
    assert "at most 100 permissions" in page and f'name="grants" value="{ROWS_MAX + 1}"' in page
    page = posted(colleague_client, address, 200, **sent(*many[1:], do="row"))
    assert f'name="grants" value="{ROWS_MAX}"' in page and "Another permission" not in page
    posted(colleague_client, address, 302, **sent(*many[1:]))
    assert plan.grants.get().permission == door


@pytest.mark.both_databases
def test_two_at_once_do_not_undo_each_other_unseen(colleague_client: Client) -> None:
    plan = a_plan("door")
    address, door = f"/desk/plans/{plan.pk}/edit/", plan.grants.get().permission
    early, fields = shown_in(colleague_client, address), sent({"permission": door.pk})
    posted(colleague_client, address, 302, **(fields | {"name": "Gold"}))
    page = posted(colleague_client, address, 409, **(fields | {"name": "Silver", "shown": early}))
    assert "Somebody has changed this meanwhile" in page and 'value="Silver"' in page
    assert Plan.objects.get().name == "Gold"
    posted(colleague_client, address, 302, **(fields | {"name": "Silver"}))
    early = shown_in(colleague_client, address)
    posted(colleague_client, address, 302, **sent({"permission": door.pk, "limits": "1 per week"}))
    posted(colleague_client, address, 409, **(fields | {"shown": early}))
    # What is only wrongly typed is still of what was shown then.
    page = posted(colleague_client, address, 422, **(fields | {"shown": early, "name": ""}))
    assert f'name="shown" value="{early}"' in page
    page = posted(colleague_client, address, 200, **(fields | {"shown": early, "do": "row"}))
    assert f'name="shown" value="{early}"' in page
    assert rows.limits_of(Plan.objects.get().grants.get()) == (Limit(1, WEEK_S),)


def test_a_copy_begins_with_all_of_it_but_another_systems_name(colleague_client: Client) -> None:
    plan = a_plan("door", Limit(1, WEEK_S))
    plan.external_id = "gold"
    operations.save_plan(plan)
    page = colleague_client.get(f"/desk/plans/new/?like={plan.pk}").content.decode()
    assert "Copy of Full" in page and 'value="1 per week"' in page and "gold" not in page
    assert colleague_client.get("/desk/plans/new/?like=99999999999999999999").status_code == 200


def test_a_plan_with_memberships_is_not_deleted(colleague_client: Client) -> None:
    plan = a_plan()
    a_holder(plan)
    address = f"/desk/plans/{plan.pk}/delete/"
    page = colleague_client.get(address).content.decode()
    assert "cannot be deleted" in page and "1 active" in page and "danger main" not in page
    assert "still in use by a membership" in posted(colleague_client, address, 409)
    operations.delete_memberships(Membership.objects.all())
    posted(colleague_client, address, 302)
    assert not Plan.objects.exists()


def test_who_may_see_plans_alone_changes_none(admin_user_client: Client) -> None:
    plan = a_plan()
    assert admin_user_client.get(f"/desk/plans/{plan.pk}/").status_code == 200
    assert admin_user_client.post(f"/desk/plans/{plan.pk}/edit/", sent()).status_code == 403


def test_who_may_change_plans_and_not_export_gets_no_file(front_desk_client: Client, front_desk: User) -> None:
    plan = a_plan()
    a_holder(plan)
    change = AccessPermission.objects.get(content_type__app_label="members", codename="change_plan")
    front_desk.user_permissions.add(change)
    address = f"/desk/plans/{plan.pk}/edit/"
    assert "1 customer loses" in posted(front_desk_client, address, 200, **sent())
    posted(front_desk_client, address, 403, **sent(do="csv"))
    assert not Entry.objects.filter(action="exported").exists()


@pytest.mark.both_databases
def test_questions_are_as_many_for_thirty_plans_as_for_one(colleague_client: Client) -> None:
    def questions(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert colleague_client.get(address).status_code == 200
        return len(asked)

    plan = a_plan()
    a_holder(plan)
    addresses = ["/desk/plans/", "/desk/plans/members/", f"/desk/plans/{plan.pk}/", f"/desk/plans/{plan.pk}/edit/"]
    addresses += [f"/desk/plans/{plan.pk}/delete/"]
    before = [questions(each) for each in addresses]
    for number in range(30):
        a_holder(a_plan(f"right-{number}", Limit(1, WEEK_S)), f"Member {number}")
        operations.save_grant(Grant(plan=plan, permission=Permission.objects.get(slug=f"right-{number}")), ())
    assert [questions(each) for each in addresses] == before
