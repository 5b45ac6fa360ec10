"""What the laws of contract/ are tried on: whole domains of values, made by Hypothesis."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from contract.ask import Ask, Mode
from contract.card import RANDOM_BYTES, new_code
from contract.facts import Card, Customer, Facts, HeldMembership, Position
from contract.grant import Grant
from contract.instants import from_us
from contract.limits import Limit, Use
from contract.membership import AtEnd, Freeze, Holder, HolderKind, Membership, Plan

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PERMISSIONS = ("front-door", "glass-of-wine", "sauna")
CUSTOMER = 7
COMPANY = 40

codes = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES).map(new_code)
ids = st.integers(0, 2**53)
checkin_ids = st.binary(min_size=16, max_size=16)
printable = st.text(st.characters(categories=("L", "M", "N", "P", "S")), min_size=1, max_size=60)
instants = st.integers(-(2**55), 2**57).map(from_us)
# Few different moments near noon: edges of intervals are met often, not once in a million.
moments = st.integers(-12, 12).map(lambda hours: NOON + timedelta(hours=hours))
limits = st.builds(Limit, st.integers(1, 4), st.sampled_from([1, 3_600, 4 * 3_600, 7 * 86_400]))
limit_sets = st.lists(limits, max_size=3).map(tuple)
permissions = st.sampled_from(PERMISSIONS)
holders = st.builds(Holder, st.sampled_from(HolderKind), ids)
asks = st.builds(Ask, permissions, st.sampled_from(Mode), st.sampled_from([True, True, True, False]))


@st.composite
def plans(draw: st.DrawFn, plan_ids: st.SearchStrategy[int] = ids) -> Plan:
    """A plan that grants each permission at most once."""
    granted = draw(st.lists(permissions, unique=True, max_size=len(PERMISSIONS)))
    grants = tuple(Grant(permission, draw(limit_sets)) for permission in granted)
    return Plan(draw(plan_ids), draw(st.text(max_size=20)), grants)


@st.composite
def _freezes(draw: st.DrawFn) -> tuple[Freeze, ...]:
    """At most two that do not overlap, in any order; the last one may be open."""
    bounds = sorted(draw(st.lists(moments, unique=True, max_size=4)))
    pairs = [Freeze(begin, end) for begin, end in zip(bounds[::2], [*bounds[1::2], None], strict=False)]
    return tuple(draw(st.permutations(pairs)))


freeze_sets = st.just(()) | _freezes()


@st.composite
def memberships(draw: st.DrawFn, membership_id: int, plan_id: int) -> Membership:
    holder = draw(st.sampled_from([Holder(HolderKind.CUSTOMER, CUSTOMER), Holder(HolderKind.COMPANY, COMPANY)]))
    rarely = st.sampled_from([False] * 5 + [True])
    return Membership(
        membership_id,
        holder,
        plan_id,
        starts_at=draw(moments),
        ends_at=draw(st.none() | moments),
        revoked=draw(rarely),
        pending=draw(rarely),
        at_end=draw(st.sampled_from(AtEnd)),
        grace_seconds=draw(st.sampled_from([0, 3_600, 72 * 3_600])),
        trial_until=draw(st.none() | moments),
        freezes=draw(freeze_sets),
        freezes_extend=draw(st.booleans()),
    )


@st.composite
def held_memberships(draw: st.DrawFn, membership_id: int) -> HeldMembership:
    plan = draw(plans())
    return HeldMembership(draw(memberships(membership_id, plan.id)), plan)


@st.composite
def uses(draw: st.DrawFn, customer_ids: tuple[int, ...] = (CUSTOMER, CUSTOMER, 8)) -> Use:
    customer_id = draw(st.sampled_from(customer_ids))
    return Use(draw(checkin_ids), customer_id, draw(st.integers(1, 4)), draw(permissions), draw(moments))


cards = st.builds(
    Card,
    st.just(CUSTOMER),
    revoked=st.sampled_from([False] * 5 + [True]),
    valid_from=st.none() | moments,
    valid_until=st.none() | moments,
)
positions = st.builds(Position, st.just("everyone"), st.integers(1, 2**53), ids)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Facts about a customer with up to 4 memberships, mostly of a card that is known and valid."""
    card = draw(st.just(Card(CUSTOMER)) | cards | st.none())
    if card is None:
        return Facts(draw(positions | st.none()))
    held = tuple(draw(held_memberships(number)) for number in range(1, draw(st.integers(0, 4)) + 1))
    used = draw(st.lists(uses(), max_size=6, unique_by=lambda use: use.id))
    return Facts(draw(positions), card, Customer(CUSTOMER, "Member"), held, tuple(used))
