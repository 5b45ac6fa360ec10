"""A benefit defined at the desk as a whole: what it is, where, how often by which plan; read back with dates."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission as AccessPermission
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from contract.limits import Across, Limit
from hub.fleet.models import Site
from hub.members import operations, rows
from hub.members.models import Grant, Membership, Permission, Plan
from hub.partners import operations as partners
from hub.partners.models import Partner
from tests.hub.followed import assert_exact
from tests.hub.people import DAY, a_customer, a_plan

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
WEEK = Limit(1, 7 * 86_400)
NEW = "/desk/permissions/new/"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture
def mill() -> Partner:
    """One of two; there is a plan Gold with one member."""
    partners.save_partner(Partner(slug="wine-bar", name="Wine bar"))
    Site.objects.create(name="clubhouse", time_zone="Europe/Berlin")
    gold = operations.save_plan(Plan(name="Gold"))
    starts_at = timezone.now() - DAY
    operations.save_membership(Membership(plan=gold, customer=a_customer("Ann"), starts_at=starts_at))
    return partners.save_partner(Partner(slug="old-mill", name="Old mill"))


def glass(*approved: Partner, **given: str) -> dict[str, Any]:
    """The editor's fields: a glass at these partners; `given`: the sentence by which Gold gives it."""
    gold = Plan.objects.get(name="Gold")
    said = {"count": "1", "where": "", "whom": ""} | given
    return {
        "name": "Glass of wine",
        "slug": "glass-of-wine",
        "is_benefit": "on",
        "approved_partners_only": "on",
        "approved": [each.pk for each in approved],
        "plans": gold.pk,
        f"plan{gold.pk}-given": "on",
        **{f"plan{gold.pk}-limits_{part}": value for part, value in said.items()},
    }


def posted(client: Client, address: str, status: int, **fields: Any) -> str:
    response = client.post(address, fields)
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def look(client: Client, address: str, **fields: Any) -> dict[str, Any]:
    """What is sent to save it as it was shown to come out."""
    shown = re.search(r'name="shown" value="([^"]+)"', client.get(address).content.decode())
    fields |= {"shown": shown[1]} if shown else {}
    page = posted(client, address, 200, **fields, do="look")
    assert "What this changes now" in page
    return {**fields, "do": "save", "mark": re.search(r'name="mark" value="(\w+)"', page)[1]}


def offered_at(client: Client, partner: Partner) -> str:
    """What stands on the partner's page of that."""
    page = client.get(f"/desk/partners/{partner.pk}/").content.decode()
    return page.split("Benefits that it offers")[1].split("</section>")[0]


def test_a_glass_a_week_at_approved_wineries(colleague_client: Client, mill: Partner) -> None:
    fields = glass(mill, per="per week")
    page = posted(colleague_client, NEW, 200, **fields, do="means")
    assert "<b>1 per week</b>, only at Old mill" in page
    for text in ("Left now: 1.", "If it is used now: again on ", "At most 53 times in the year from now."):
        assert text in page, text
    apart = posted(colleague_client, NEW, 200, **glass(mill, per="per week", where="at each partner"), do="means")
    assert "At most 53 times here in the year from now." in apart
    assert not Permission.objects.exists()
    saving = look(colleague_client, NEW, **fields)
    assert not Permission.objects.exists()
    posted(colleague_client, NEW, 302, **saving)
    made = Permission.objects.get()
    assert (made.is_benefit, made.approved_partners_only, list(made.partners.all())) == (True, True, [mill])
    assert rows.limits_of(Grant.objects.get(permission=made, plan__name="Gold")) == (WEEK,)
    page = colleague_client.get(f"/desk/permissions/{made.pk}/").content.decode()
    assert "1 per week; only at Old mill" in page and "again on" in page and "Partners that offer it" in page
    assert_exact()


def test_how_often_is_changed_and_what_else_a_plan_says_of_it_stays(
    colleague_client: Client, mill: Partner
) -> None:
    wine = operations.save_permission(Permission(slug="glass-of-wine", name="Glass of wine", is_benefit=True))
    gold = Plan.objects.get(name="Gold")
    operations.save_grant(Grant(plan=gold, permission=wine, confirm=True), (WEEK,))
    address = f"/desk/permissions/{wine.pk}/edit/"
    fields = glass(count="2", per="per calendar day", where="at each partner")
    del fields["approved_partners_only"], fields["slug"]
    page = posted(colleague_client, address, 200, **fields, do="means")
    assert "at any partner: Old mill, Wine bar" in page and "At another partner it is there at once" in page
    posted(colleague_client, address, 302, **look(colleague_client, address, **fields))
    grant = Grant.objects.get()
    assert rows.limits_of(grant)[0].across is Across.PARTNER and grant.confirm
    # Unlimited, nothing of it could be confirmed: said where it is typed.
    assert "give it a limit first" in posted(
        colleague_client, address, 422, **fields | {f"plan{gold.pk}-limits_per": ""}
    )
    del fields[f"plan{gold.pk}-given"]
    posted(colleague_client, address, 302, **look(colleague_client, address, **fields))
    assert not Grant.objects.exists()
    assert_exact()


def test_what_cannot_be_meant_is_told_at_its_plan(colleague_client: Client, mill: Partner) -> None:
    for given, said in (
        ({"per": "per billing period"}, "no billing periods"),
        ({"per": "per week", "count": "0"}, "count is 1 to 1000000"),
        ({"per": "per week", "count": ""}, "is no limit"),
        ({"per": "per fortnight"}, "is no limit"),
    ):
        assert said in posted(colleague_client, NEW, 422, **glass(mill, **given))
    assert not Permission.objects.exists()
    unused = glass(mill, per="per fortnight") | {"plans": [Plan.objects.get(name="Gold").pk, "9" * 30, "x"]}
    del unused[f"plan{unused['plans'][0]}-given"]
    posted(colleague_client, NEW, 302, **unused)
    assert not Grant.objects.exists()


def test_partners_are_approved_on_its_own_page(colleague_client: Client, mill: Partner) -> None:
    posted(colleague_client, NEW, 302, **look(colleague_client, NEW, **glass(mill, per="per week")))
    wine, bar = Permission.objects.get(), Partner.objects.get(slug="wine-bar")
    page = colleague_client.get(f"/desk/permissions/{wine.pk}/").content.decode()
    form = page.split('class="approving"')[0].rsplit("<form", 1)[1]
    sent = {name: value for name, value in HIDDEN.findall(form) if name != "csrfmiddlewaretoken"}
    address = f"/desk/permissions/{wine.pk}/edit/"
    page = posted(colleague_client, address, 200, **sent, approved=[mill.pk, bar.pk], do="look")
    assert "only at Old mill, Wine bar” instead of “1 per week; only at Old mill" in page
    mark = re.search(r'name="mark" value="(\w+)"', page)[1]
    posted(colleague_client, address, 302, **sent, approved=[mill.pk, bar.pk], do="save", mark=mark)
    wine.refresh_from_db()
    assert wine.is_benefit and set(wine.partners.all()) == {mill, bar}
    assert "Glass of wine" in offered_at(colleague_client, bar)
    bar.active = False
    partners.save_partner(bar)
    assert "None: it is not active." in offered_at(colleague_client, bar)
    assert rows.limits_of(Grant.objects.get()) == (WEEK,)
    assert "Choose the approved partners" in posted(colleague_client, address, 422, **sent, do="look")


def test_who_may_not_change_plans_changes_none(front_desk_client: Client, front_desk: User, mill: Partner) -> None:
    add = AccessPermission.objects.get(content_type__app_label="members", codename="add_permission")
    front_desk.user_permissions.add(add)
    assert "Which plans give it" not in front_desk_client.get(NEW).content.decode()
    posted(front_desk_client, NEW, 302, **glass(mill, per="per week"))
    assert Permission.objects.exists() and not Grant.objects.exists()


def test_a_plans_row_is_a_sentence_too(colleague_client: Client, mill: Partner) -> None:
    plan = a_plan("lounge", WEEK)
    operations.save_permission(Permission.objects.get(), ())
    address = f"/desk/plans/{plan.pk}/edit/"
    page = colleague_client.get(address).content.decode()
    assert '<option value="per week" selected>' in page and "<b>1 per week</b>" in page and "Left now: 1." in page
    fields = {"name": "Full", "billed_in": "months", "billed_every": "1", "grants": 1}
    row = {"permission": Permission.objects.get().pk, "offline": "allow", "limits_count": 3}
    row |= {"limits_per": "per billing period", "limits_where": "", "limits_whom": ""}
    fields |= {f"grant0-{name}": value for name, value in row.items()}
    page = posted(colleague_client, address, 200, **fields, do="means")
    assert "<b>3 per billing period</b>" in page and "If it is used 3 times now: again on" in page
    assert rows.limits_of(plan.grants.get()) == (WEEK,)
    shown = re.search(r'name="shown" value="([^"]+)"', page)[1]
    posted(colleague_client, address, 302, **fields, do="look", shown=shown)
    assert rows.limits_of(plan.grants.get())[0].count == 3
