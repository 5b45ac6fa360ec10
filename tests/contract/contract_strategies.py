"""What the laws of contract/ are tried on: whole domains of values, made by Hypothesis.

Strategies are made once, not anew for each value that is drawn: that would be half of what laws take.
"""

from datetime import UTC, datetime, timedelta
from functools import cache

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


permissions = st.sampled_from(PERMISSIONS)
_permission_or_none = or_none(permissions)
_partner_or_none = or_none(st.sampled_from(PARTNERS))
_site_or_none = or_none(st.sampled_from(SITES))
_moment_or_none = or_none(moments)

# Plans

_windows = st.just(Window.ROLLING) | st.sampled_from(Window)
_rolling_seconds = st.sampled_from([1, 3_600, 4 * 3_600, 7 * 86_400])
_counting = st.tuples(st.integers(1, 4), st.sampled_from(CountsBy), st.sampled_from(Across))
_gaps = st.sampled_from([0, 0, 1, 3_600, 5 * 3_600])


@cache
@st.composite
def limits(draw: st.DrawFn) -> Limit:
    window = draw(_windows)
    seconds = draw(_rolling_seconds) if window is Window.ROLLING else None
    count, counts_by, across = draw(_counting)
    return Limit(count, seconds, window, counts_by, across, draw(_gaps))


limit_sets = st.lists(limits(), max_size=3).map(tuple)
_offline_with_limits = st.sampled_from([Offline.ALLOW, Offline.DENY, Offline.AT_MOST])
_offline_without = st.sampled_from([Offline.ALLOW, Offline.DENY])
_schedule_or_none = or_none(st.sampled_from(SCHEDULES))
_partner_sets = or_none(st.frozensets(st.sampled_from(PARTNERS)))
_granted = st.lists(permissions, unique=True, max_size=len(PERMISSIONS))
_plan_names = st.text(max_size=20)
_billing_or_none = or_none(billing_intervals)


@cache
@st.composite
def grants(draw: st.DrawFn, permission: str) -> Grant:
    held = draw(limit_sets)
    offline = draw(_offline_with_limits if held else _offline_without)
    return Grant(
        permission,
        held,
        schedule=draw(_schedule_or_none),
        partners=draw(_partner_sets),
        partner_may_be_said=draw(st.booleans()),
        login_required=draw(rarely),
        confirm=bool(held) and draw(rarely),
        offline=offline,
        offline_uses=draw(st.integers(1, 3)) if offline is Offline.AT_MOST else 0,
    )


@cache
@st.composite
def plans(draw: st.DrawFn, plan_ids: st.SearchStrategy[int] = ids) -> Plan:
    """A plan that grants each permission at most once."""
    grants_of_plan = tuple(draw(grants(permission)) for permission in draw(_granted))
    return Plan(draw(plan_ids), draw(_plan_names), grants_of_plan, draw(_billing_or_none))


# Memberships

_bounds = st.lists(moments, unique=True, max_size=4)
_starts = moments | st.just(NOON - timedelta(days=400))
_graces = st.sampled_from([0, 3_600, 72 * 3_600])


@cache
@st.composite
def _freezes(draw: st.DrawFn) -> tuple[Freeze, ...]:
    """At most two that do not overlap, in any order; the last one may be open."""
    bounds = sorted(draw(_bounds))
    pairs = [Freeze(begin, end) for begin, end in zip(bounds[::2], [*bounds[1::2], None], strict=False)]
    return tuple(draw(st.permutations(pairs)))


freeze_sets = st.just(()) | _freezes()
holders = st.builds(Holder, st.sampled_from(HolderKind), ids)
holders_here = st.sampled_from([Holder(HolderKind.CUSTOMER, CUSTOMER), Holder(HolderKind.COMPANY, COMPANY)])


@cache
@st.composite
def memberships(draw: st.DrawFn, membership_id: int, plan_id: int) -> Membership:
    return Membership(
        membership_id,
        draw(holders_here),
        plan_id,
        starts_at=draw(_starts),
        ends_at=draw(_moment_or_none),
        revoked=draw(rarely),
        pending=draw(rarely),
        at_end=draw(st.sampled_from(AtEnd)),
        grace_seconds=draw(_graces),
        trial_until=draw(_moment_or_none),
        freezes=draw(freeze_sets),
        freezes_extend=draw(st.booleans()),
    )


@cache
@st.composite
def held_memberships(draw: st.DrawFn, membership_id: int) -> HeldMembership:
    """Its plan is one of its own, so that no plan is two."""
    plan = draw(plans(st.just(membership_id)))
    return HeldMembership(draw(memberships(membership_id, plan.id)), plan)


_company_or_none = st.sampled_from([None, COMPANY])


@cache
@st.composite
def uses(draw: st.DrawFn, customer_ids: tuple[int, ...] = (CUSTOMER, CUSTOMER, 8)) -> Use:
    """The customer's, or a colleague's in the pool of the company."""
    customer_id = draw(st.sampled_from(customer_ids))
    company_id = COMPANY if customer_id != CUSTOMER else draw(_company_or_none)
    return Use(
        draw(checkin_ids),
        customer_id,
        draw(st.integers(1, 4)),
        draw(permissions),
        draw(moments),
        company_id,
        draw(_partner_or_none),
        draw(_site_or_none),
    )


# The reader

_area_or_none = or_none(st.sampled_from(AREAS))
_reader_codes = st.just(Codes.STATIC) | st.sampled_from(Codes)
_ages_allowed = st.none() | st.sampled_from([1, 60])
_passback_seconds = st.none() | st.sampled_from([1, 3_600])


@cache
@st.composite
def policies(draw: st.DrawFn) -> Policy:
    area = draw(_area_or_none)
    passback = Passback.OFF if area is None else draw(st.sampled_from(Passback))
    return Policy(
        enabled=draw(mostly),
        site=draw(_site_or_none),
        partner=draw(_partner_or_none),
        partner_said=draw(rarely),
        signed_in=draw(mostly),
        visitors_redeem=draw(st.booleans()),
        codes=draw(_reader_codes),
        clock=draw(st.sampled_from(ClockState)),
        replica_age_seconds_max=draw(_ages_allowed),
        area=area,
        direction=Direction.IN if area is None else draw(st.sampled_from(Direction)),
        passback=passback,
        passback_seconds=None if passback is Passback.OFF else draw(_passback_seconds),
        lockdown_permission=draw(_permission_or_none),
    )


_postures = st.just(Posture.SECURE) | st.sampled_from(Posture)
_digits = st.none() | moments.map(lambda at: digits_at(SECRET, step_at(at)))
_clocks = st.just(ClockState.SYNCED) | st.sampled_from(ClockState)
_ages = st.sampled_from([0.0, 0.0, 1.0, 1.5, 61.0, None])


@cache
@st.composite
def circumstances(draw: st.DrawFn) -> Circumstances:
    return Circumstances(
        readable=draw(mostly),
        posture=draw(_postures),
        digits=draw(_digits),
        clock=draw(_clocks),
        replica_age_s=draw(_ages),
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
known_cards = st.just(Card(CUSTOMER)) | cards
_any_card = known_cards | st.none()
_position_or_none = positions | st.none()
_uses = st.lists(uses(), max_size=6, unique_by=lambda use: use.id)
_schedules_named = st.dictionaries(st.sampled_from(SCHEDULES), schedules)
_passages = st.lists(passages, max_size=3, unique_by=lambda passage: passage.area).map(tuple)
_secrets = st.none() | st.just(SECRET)
_used_steps = st.frozensets(moments.map(step_at), max_size=3)


@cache
@st.composite
def facts(draw: st.DrawFn, cards: st.SearchStrategy[Card | None] = _any_card, held_min: int = 0) -> Facts:
    """Facts about a customer with up to 4 memberships, mostly of a card that is known and valid."""
    card = draw(cards)
    if card is None:
        return Facts(draw(_position_or_none))
    used = draw(_uses)
    own = draw(st.sets(st.sampled_from([use.id for use in used]))) if used else set()
    return Facts(
        draw(positions),
        card,
        Customer(CUSTOMER, "Member"),
        tuple(draw(held_memberships(number)) for number in range(1, draw(st.integers(held_min, 4)) + 1)),
        tuple(used),
        site=draw(sites),
        schedules=draw(_schedules_named),
        passages=draw(_passages),
        rotating_secret=draw(_secrets),
        used_steps=draw(_used_steps),
        since_contact=frozenset(own),
    )
