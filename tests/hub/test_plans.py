"""Operations of plans, permissions and partners on both databases: what edges hear, and what is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from contract.ask import Policy
from contract.grant import Offline
from contract.limits import Across, CountsBy, Limit, Window
from contract.reasons import Reason
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.fleet.models import Schedule
from hub.members import codes, operations, rows
from hub.members.models import Customer, Grant, GrantLimit, Membership, Permission, Plan
from hub.members.signals import limits_changed
from hub.members.writing import InUse
from hub.partners import operations as partner_operations
from hub.partners.models import Partner
from tests.hub.followed import assert_exact, decision

pytestmark = pytest.mark.usefixtures("database")

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
POOL = Limit(5, 86_400, counts_by=CountsBy.COMPANY)


def a_permission(slug: str = "glass-of-wine", **fields: Any) -> Permission:
    return operations.save_permission(Permission(slug=slug, name=slug.title(), **fields))


def a_plan(permission: Permission, *limits: Limit, **fields: Any) -> Plan:
    return operations.save_plan(Plan(name="Full"), [(Grant(permission=permission, **fields), limits)])


def a_partner(slug: str, **fields: Any) -> Partner:
    return partner_operations.save_partner(Partner(slug=slug, name=slug.title(), **fields))


def a_card(plan: Plan) -> str:
    customer = operations.save_customer(Customer(name="Member"))
    operations.save_membership(Membership(plan=plan, customer=customer, starts_at=AT))
    return codes.decrypt(operations.issue_card(customer))


def refused_at(field: str, change: Any, *arguments: Any) -> str:
    """What is said at `field`, and at no other; nothing has changed."""
    before = feed.head(EVERYONE), Grant.objects.count(), GrantLimit.objects.count()
    with pytest.raises(ValidationError) as refused:
        change(*arguments)
    assert list(refused.value.message_dict) == [field]
    assert (feed.head(EVERYONE), Grant.objects.count(), GrantLimit.objects.count()) == before
    return " ".join(refused.value.message_dict[field])


@pytest.fixture
def moved() -> Iterator[list[list[int]]]:
    """What was said of limits, each in the transaction that changed them."""
    heard: list[list[int]] = []

    def hear(sender: object, plan_ids: list[int], **_: object) -> None:
        assert connection.in_atomic_block
        heard.append(plan_ids)

    limits_changed.connect(hear)
    yield heard
    limits_changed.disconnect(hear)


# Plans and grants


@pytest.mark.parametrize("window", Window)
def test_every_limit_is_kept_as_it_was_meant(window: Window) -> None:
    seconds = 60 if window is Window.ROLLING else None
    meant = [Limit(3, seconds, window, by, across, 7) for by in CountsBy for across in Across]
    plan = Plan(name="Full", billed_every=1)
    operations.save_plan(plan, [(Grant(permission=a_permission()), meant)])
    assert rows.limits_of(Grant.objects.get()) == tuple(meant)
    for stored in GrantLimit.objects.all():
        stored.full_clean()
    assert_exact()


def test_a_plan_with_all_that_changes_is_one_row() -> None:
    door, wine, sauna = map(a_permission, ("front-door", "glass-of-wine", "sauna"))
    before = feed.head(EVERYONE).sequence
    plan = operations.save_plan(Plan(name="Full"), [(Grant(permission=door), []), (Grant(permission=wine), [])])
    assert feed.head(EVERYONE).sequence == before + 1
    first, second = plan.grants.all()
    # One leaves, and another takes its permission in the same step.
    second.permission = door
    new = Grant(permission=sauna)
    operations.save_plan(plan, [(second, [POOL]), (new, [])], [first])
    assert feed.head(EVERYONE).sequence == before + 2
    assert {str(each.permission.slug) for each in plan.grants.all()} == {"front-door", "sauna"}
    assert_exact()


def test_hours_hold() -> None:
    Schedule.objects.create(slug="never", name="Never")
    plan = a_plan(a_permission(), schedule=Schedule.objects.get())
    code = a_card(plan)
    # An hour that the edge knows nothing of is no reason to open.
    assert decision(code, "glass-of-wine", AT).reason is Reason.OUTSIDE_HOURS


def test_what_a_grant_cannot_mean_is_said_at_its_field() -> None:
    permission = a_permission()
    plan = operations.save_plan(Plan(name="Full"))

    def with_grant(limits: list[Limit], **fields: Any) -> Any:
        return lambda: operations.save_grant(Grant(plan=plan, permission=permission, **fields), limits)

    limit = Limit(1, 60)
    at_most = {"offline": Offline.AT_MOST.value}
    assert "give it a limit first" in refused_at("confirm", with_grant([], confirm=True))
    assert "give it a limit first" in refused_at("offline", with_grant([], **at_most, offline_uses=1))
    for count in (None, 0, 1_001):
        said = refused_at("offline_uses", with_grant([limit], **at_most, offline_uses=count))
        assert "how many times: 1 to 1000" in said if count is None else f"not {count}" in said
    assert "offline rule is deny" in refused_at(
        "offline_uses", with_grant([limit], offline="deny", offline_uses=1)
    )
    billed = Limit(1, window=Window.BILLING_PERIOD)
    assert "no billing periods" in refused_at("limits", with_grant([limit, billed]))
    assert "not a valid choice" in refused_at("offline", with_grant([limit], offline="perhaps"))


def test_a_plan_keeps_its_billing_while_a_limit_needs_it() -> None:
    plan = Plan(name="Full", billed_every=1)
    billed = Limit(1, window=Window.BILLING_PERIOD)
    operations.save_plan(plan, [(Grant(permission=a_permission()), [billed])])
    plan.billed_every = None
    assert "“Glass-Of-Wine” is limited per billing period" in refused_at(
        "billed_every", operations.save_plan, plan
    )
    operations.save_plan(plan, [(plan.grants.get(), [Limit(1, 60)])])
    assert Plan.objects.get().billing is None


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"billed_every": 0}, "not 0 months"),
        ({"billed_every": 121}, "not 121 months"),
        ({"billed_every": 3_654, "billed_in": "days"}, "3654 days"),
    ],
)
def test_a_billing_interval_that_cannot_be(fields: dict[str, Any], says: str) -> None:
    assert says in refused_at("billed_every", operations.save_plan, Plan(name="Full", **fields))


def test_the_database_keeps_seconds_to_rolling_windows() -> None:
    grant = a_plan(a_permission()).grants.get()
    for fields in ({"window": "rolling"}, {"window": "day", "window_seconds": 5}):
        with pytest.raises(ValidationError):
            GrantLimit(grant=grant, count=1, **fields).full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            GrantLimit.objects.create(grant=grant, count=1, **fields)


def test_other_limits_are_told_in_the_same_transaction(moved: list[list[int]]) -> None:
    wine, sauna = a_permission("glass-of-wine"), a_permission("sauna")
    plan = a_plan(wine)
    assert moved == []
    grant = operations.save_grant(plan.grants.get(), [Limit(1, 60), POOL])
    grant.confirm = True
    operations.save_grant(grant, [Limit(1, 60), POOL])
    operations.save_permission(wine)
    assert moved == [[plan.pk]]
    grant.permission = sauna
    operations.save_plan(plan, [(grant, [POOL])])
    plan.name = "Fuller"
    operations.save_plan(plan)
    assert moved == [[plan.pk]] * 2
    plan.billed_every = 1
    operations.save_plan(plan)
    operations.save_plan(plan, (), [grant])
    assert moved == [[plan.pk]] * 4


# Permissions and partners


def test_partners_that_stop_leave_every_plan_and_come_back() -> None:
    bar, shop = a_partner("wine-bar"), a_partner("shop")
    wine = operations.save_permission(
        Permission(slug="glass-of-wine", name="Wine", approved_partners_only=True), [bar, shop]
    )
    code = a_card(a_plan(wine))
    at_bar = Policy(partner="wine-bar")
    assert decision(code, wine.slug, AT, at_bar).granted
    bar.active = False
    partner_operations.save_partner(bar)
    assert decision(code, wine.slug, AT, at_bar).reason is Reason.PARTNER_NOT_APPROVED
    assert decision(code, wine.slug, AT, Policy(partner="shop")).granted
    bar.active, bar.slug = True, "wine-cellar"
    partner_operations.save_partner(bar)
    assert decision(code, wine.slug, AT, Policy(partner="wine-cellar")).granted
    assert not decision(code, wine.slug, AT, Policy()).granted
    with pytest.raises(InUse, match="permission that approves it"):
        partner_operations.delete_partners([bar])
    operations.save_permission(wine, [shop])
    partner_operations.delete_partners([bar])
    assert_exact()


def test_a_permissions_partners_stay_unless_others_are_given() -> None:
    wine = a_permission()
    wine.approved_partners_only = True
    assert "nobody could redeem it" in refused_at("approved_partners_only", operations.save_permission, wine)
    operations.save_permission(wine, [a_partner("wine-bar")])
    wine.name = "A glass of wine"
    operations.save_permission(wine)
    assert [each.slug for each in wine.partners.all()] == ["wine-bar"]
    assert "nobody could redeem it" in refused_at("approved_partners_only", operations.save_permission, wine, [])


def test_a_partner_that_changes_nothing_for_edges_moves_no_row() -> None:
    bar = a_partner("wine-bar")
    wine = operations.save_permission(Permission(slug="wine", name="Wine"), [bar])
    a_plan(wine)
    before = feed.head(EVERYONE)
    bar.name = "Wine cellar"
    partner_operations.save_partner(bar)
    assert feed.head(EVERYONE) == before


def test_who_is_signed_in() -> None:
    wine = a_permission(login_required=True)
    code = a_card(a_plan(wine))
    assert decision(code, wine.slug, AT).granted
    assert decision(code, wine.slug, AT, Policy(signed_in=False)).reason is Reason.LOGIN_REQUIRED
