"""What the laws of contract/ are tried on: whole domains of values, made by Hypothesis."""

from datetime import UTC, datetime, timedelta

from calendar_strategies import billing_intervals, schedules, sites
from hypothesis import strategies as st

from contract.ask import Ask, Circumstances, Codes, Contact, Direction, Mode, Passback, Policy, Posture
from contract.card import RANDOM_BYTES, new_code
from contract.facts import Card, Customer, Facts, HeldMembership, Passage, Position
from contract.grant import Grant, Offline
from contract.instants import from_us
from contract.limits import Across, CountsBy, Limit, Use, Window
from contract.membership import AtEnd, Freeze, Holder, HolderKind, Membership, Plan
from contract.rotating import SALT_BYTES, digits_at, secret_of, step_at
from contract.trust import ClockState

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PERMISSIONS = ("front-door", "glass-of-wine", "sauna")
PARTNERS = ("bar", "cafe")
SITES = ("clubhouse", "annex")
SCHEDULES = ("mornings", "evenings")
AREAS = ("hall", "pool")
CUSTOMER = 7
COMPANY = 40
ORGANIZATION_KEY = bytes(range(32))
CARD_HASH = bytes(range(32))
SALT = bytes(range(SALT_BYTES))
SECRET = secret_of(ORGANIZATION_KEY, CARD_HASH, SALT)

codes = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES).map(new_code)
ids = st.integers(0, 2**53)
checkin_ids = st.binary(min_size=16, max_size=16)
printable = st.text(st.characters(categories=("L", "M", "N", "P", "S")), min_size=1, max_size=60)
instants = st.integers(-(2**55), 2**57).map(from_us)
rarely = st.sampled_from([False] * 5 + [True])
mostly = rarely.map(lambda value: not value)
# Few different moments near noon: edges of intervals are met often, not once in a million.
moments = st.integers(-12, 12).map(lambda hours: NOON + timedelta(hours=hours))


def or_none(values: st.SearchStrategy) -> st.SearchStrategy:  # type: ignore[type-arg]
    return st.none() | values


# Plans


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    window = draw(st.just(Window.ROLLING) | st.sampled_from(Window))
    seconds = draw(st.sampled_from([1, 3_600, 4 * 3_600, 7 * 86_400])) if window is Window.ROLLING else None
    counts_by, across = draw(st.sampled_from(CountsBy)), draw(st.sampled_from(Across))
    gap = draw(st.sampled_from([0, 0, 1, 3_600, 5 * 3_600]))
    return Limit(draw(st.integers(1, 4)), seconds, window, counts_by, across, gap)


limit_sets = st.lists(limits(), max_size=3).map(tuple)
permissions = st.sampled_from(PERMISSIONS)


@st.composite
def grants(draw: st.DrawFn, permission: str) -> Grant:
    held = draw(limit_sets)
    rules = [Offline.ALLOW, Offline.DENY, Offline.AT_MOST] if held else [Offline.ALLOW, Offline.DENY]
    offline = draw(st.sampled_from(rules))
    return Grant(
        permission,
        held,
        schedule=draw(or_none(st.sampled_from(SCHEDULES))),
        partners=draw(or_none(st.frozensets(st.sampled_from(PARTNERS)))),
        partner_may_be_said=draw(st.booleans()),
        login_required=draw(rarely),
        confirm=bool(held) and draw(rarely),
        offline=offline,
        offline_uses=draw(st.integers(1, 3)) if offline is Offline.AT_MOST else 0,
    )


@st.composite
def plans(draw: st.DrawFn, plan_ids: st.SearchStrategy[int] = ids) -> Plan:
    """A plan that grants each permission at most once."""
    granted = draw(st.lists(permissions, unique=True, max_size=len(PERMISSIONS)))
    grants_of_plan = tuple(draw(grants(permission)) for permission in granted)
    return Plan(draw(plan_ids), draw(st.text(max_size=20)), grants_of_plan, draw(or_none(billing_intervals)))


# Memberships


@st.composite
def _freezes(draw: st.DrawFn) -> tuple[Freeze, ...]:
    """At most two that do not overlap, in any order; the last one may be open."""
    bounds = sorted(draw(st.lists(moments, unique=True, max_size=4)))
    pairs = [Freeze(begin, end) for begin, end in zip(bounds[::2], [*bounds[1::2], None], strict=False)]
    return tuple(draw(st.permutations(pairs)))


freeze_sets = st.just(()) | _freezes()
holders = st.builds(Holder, st.sampled_from(HolderKind), ids)
holders_here = st.sampled_from([Holder(HolderKind.CUSTOMER, CUSTOMER), Holder(HolderKind.COMPANY, COMPANY)])


@st.composite
def memberships(draw: st.DrawFn, membership_id: int, plan_id: int) -> Membership:
    return Membership(
        membership_id,
        draw(holders_here),
        plan_id,
        starts_at=draw(moments | st.just(NOON - timedelta(days=400))),
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
    """Its plan is one of its own, so that no plan is two."""
    plan = draw(plans(st.just(membership_id)))
    return HeldMembership(draw(memberships(membership_id, plan.id)), plan)


@st.composite
def uses(draw: st.DrawFn, customer_ids: tuple[int, ...] = (CUSTOMER, CUSTOMER, 8)) -> Use:
    """The customer's, or a colleague's in the pool of the company."""
    customer_id = draw(st.sampled_from(customer_ids))
    company_id = COMPANY if customer_id != CUSTOMER else draw(st.sampled_from([None, COMPANY]))
    return Use(
        draw(checkin_ids),
        customer_id,
        draw(st.integers(1, 4)),
        draw(permissions),
        draw(moments),
        company_id,
        draw(or_none(st.sampled_from(PARTNERS))),
        draw(or_none(st.sampled_from(SITES))),
    )


# The reader


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    area = draw(or_none(st.sampled_from(AREAS)))
    passback = Passback.OFF if area is None else draw(st.sampled_from(Passback))
    return Policy(
        enabled=draw(mostly),
        site=draw(or_none(st.sampled_from(SITES))),
        partner=draw(or_none(st.sampled_from(PARTNERS))),
        partner_said=draw(rarely),
        signed_in=draw(mostly),
        visitors_redeem=draw(st.booleans()),
        codes=draw(st.just(Codes.STATIC) | st.sampled_from(Codes)),
        clock=draw(st.sampled_from(ClockState)),
        replica_age_seconds_max=draw(st.none() | st.sampled_from([1, 60])),
        area=area,
        direction=Direction.IN if area is None else draw(st.sampled_from(Direction)),
        passback=passback,
        passback_seconds=None if passback is Passback.OFF else draw(st.none() | st.sampled_from([1, 3_600])),
        lockdown_permission=draw(or_none(permissions)),
    )


@st.composite
def circumstances(draw: st.DrawFn) -> Circumstances:
    return Circumstances(
        readable=draw(mostly),
        posture=draw(st.just(Posture.SECURE) | st.sampled_from(Posture)),
        digits=draw(st.none() | moments.map(lambda at: digits_at(SECRET, step_at(at)))),
        clock=draw(st.just(ClockState.SYNCED) | st.sampled_from(ClockState)),
        replica_age_s=draw(st.sampled_from([0.0, 0.0, 1.0, 1.5, 61.0, None])),
        contact=draw(st.sampled_from(Contact)),
    )


asks = st.builds(
    lambda permission, mode, policy, now: Ask(permission=permission, mode=mode, policy=policy, circumstances=now),
    permissions,
    st.sampled_from(Mode),
    policies() | st.just(Policy()),
    circumstances() | st.just(Circumstances()),
)


# Facts

cards = st.builds(
    Card, st.just(CUSTOMER), revoked=rarely, valid_from=st.none() | moments, valid_until=st.none() | moments
)
positions = st.builds(Position, st.just("everyone"), st.integers(1, 2**53), ids)
passages = st.builds(
    Passage, checkin_ids, st.just(CUSTOMER), st.sampled_from(AREAS), st.sampled_from(Direction), moments
)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Facts about a customer with up to 4 memberships, mostly of a card that is known and valid."""
    card = draw(st.just(Card(CUSTOMER)) | cards | st.none())
    if card is None:
        return Facts(draw(positions | st.none()))
    used = draw(st.lists(uses(), max_size=6, unique_by=lambda use: use.id))
    own = draw(st.sets(st.sampled_from([use.id for use in used]))) if used else set()
    return Facts(
        draw(positions),
        card,
        Customer(CUSTOMER, "Member"),
        tuple(draw(held_memberships(number)) for number in range(1, draw(st.integers(0, 4)) + 1)),
        tuple(used),
        site=draw(sites),
        schedules=draw(st.dictionaries(st.sampled_from(SCHEDULES), schedules)),
        passages=tuple(draw(st.lists(passages, max_size=3, unique_by=lambda passage: passage.area))),
        rotating_secret=draw(st.none() | st.just(SECRET)),
        used_steps=draw(st.frozensets(moments.map(step_at), max_size=3)),
        since_contact=frozenset(own),
    )
