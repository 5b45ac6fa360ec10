"""Cases of decisions.json: readers and their codes, memberships, hours and places."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from contract.ask import Codes, Direction, Mode, Passback, Policy, Posture
from contract.facts import Passage
from contract.grant import Grant
from contract.membership import AtEnd, Freeze
from contract.rotating import digits_at, secret_of, step_at
from contract.trust import ClockState
from tests.golden.decision_stories import (
    DAY,
    DOOR,
    HOUR,
    MICROSECOND,
    NOON,
    SALT,
    Holding,
    Made,
    Story,
    at,
    site,
    wine,
)
from tests.golden.decisions import ORGANIZATION_KEY

_STEP: Final = step_at(NOON)
_ROTATING: Final = Policy(codes=Codes.ROTATING)
_HALL: Final = Policy(area="hall", passback=Passback.HARD)
_IN: Final = Passage(bytes(16), 0, "hall", Direction.IN, NOON - HOUR)


def _door(name: str, **story: object) -> Story:
    return Story(name, "front-door", **story)  # type: ignore[arg-type]


def _member(name: str, *, at: datetime = NOON, **special: object) -> Story:
    return Story(name, "front-door", (Holding(special=special),), at=at)


def _rotating(name: str, step: int, **changed: Any) -> Story:
    """At a door that asks for rotating codes, with the digits of `step`."""
    asked = _door(name, rotates=True, policy=_ROTATING, **changed)
    secret = secret_of(ORGANIZATION_KEY, asked.card_hash, SALT)
    return replace(asked, now={"digits": digits_at(secret, step)})


READERS: Final = [
    _door("a door without limit"),
    _door("a reader that is disabled", policy=Policy(enabled=False)),
    _door("an unreadable code", now={"readable": False}),
    _door("a door that stands open", card=None, now={"posture": Posture.UNLOCKED}),
    _door("a door that any code opens", card=None, now={"posture": Posture.FREE}),
    _door("a card that nobody has", card=None),
    _door("a revoked card", card={"revoked": True}),
    _door("a card of tomorrow", card={"valid_from": NOON + MICROSECOND}),
    _door("a card of yesterday", card={"valid_until": NOON}),
    _rotating("a rotating code of now", _STEP),
    _rotating("a rotating code of before", _STEP - 1),
    _rotating("a rotating code too old", _STEP - 2),
    _door("a rotating code asked for and none shown", rotates=True, policy=_ROTATING),
    _rotating("a rotating code shown again", _STEP, used_steps=frozenset({_STEP})),
    _rotating("a rotating code of before, where a later one was taken", _STEP - 1, used_steps=frozenset({_STEP})),
    _door("a static code while the clock is unknown", policy=_ROTATING, now={"clock": ClockState.UNKNOWN}),
    _door(
        "a strict reader while the clock is unknown",
        policy=Policy(codes=Codes.ROTATING_STRICTLY),
        now={"clock": ClockState.UNKNOWN},
    ),
    _door("a clock not good enough", policy=Policy(clock=ClockState.SYNCED), now={"clock": ClockState.HOLDOVER}),
    _door("a replica too old", policy=Policy(replica_age_seconds_max=60), now={"replica_age_s": 60.5}),
    _door("a lockdown", now={"posture": Posture.LOCKDOWN}),
    _door(
        "a lockdown passed",
        policy=Policy(lockdown_permission="glass-of-wine"),
        now={"posture": Posture.LOCKDOWN},
    ),
]
MEMBERSHIPS: Final = [
    _door("a customer without a membership", holdings=()),
    _member("a membership that is to be paid", pending=True),
    _member("a membership of tomorrow", starts_at=NOON + MICROSECOND),
    _member("a membership that begins now", starts_at=NOON),
    _member("a membership that has just ended", ends_at=NOON),
    _member("a membership about to end", ends_at=NOON + MICROSECOND),
    _member("a cancelled membership, over", ends_at=NOON, at_end=AtEnd.CANCELLED),
    _member("a cancelled membership, running", at_end=AtEnd.CANCELLED),
    _member("a membership that was not paid for", ends_at=NOON, at_end=AtEnd.PAYMENT_FAILED),
    _member("a renewal that is due", ends_at=NOON - HOUR, at_end=AtEnd.RENEWS, grace_seconds=3 * 86_400),
    _member("a renewal that never came", ends_at=NOON - 3 * DAY, at_end=AtEnd.RENEWS, grace_seconds=3 * 86_400),
    _member("a trial", trial_until=NOON + DAY),
    _member("a revoked membership", revoked=True),
    _member("a frozen membership", freezes=(Freeze(NOON - DAY, NOON + DAY),)),
    _member(
        "a membership that a freeze made longer",
        ends_at=NOON - DAY,
        freezes=(Freeze(NOON - 9 * DAY, NOON - 7 * DAY),),
    ),
    Story("a permission that the plan lacks", "sauna"),
    _door("a company's membership", holdings=(Holding((DOOR,), company=True),)),
    Story(
        "the one to expire first",
        holdings=(Holding(), Holding(special={"ends_at": NOON + DAY}), Holding(company=True)),
    ),
    Story(
        "the next when the first is used up",
        holdings=(Holding(), Holding(special={"ends_at": NOON + DAY})),
        uses=(Made(under=1),),
    ),
    Story("one's own before a company's", holdings=(Holding(company=True), Holding())),
    Story(
        "of two denials the one that came further",
        holdings=(Holding(special={"revoked": True}), Holding((DOOR,)), Holding()),
        uses=(Made(under=2),),
    ),
]
PLACES: Final = [
    _door("office hours on a Saturday", holdings=(Holding((Grant("front-door", schedule="office"),)),)),
    _door(
        "office hours, in by the site's clock",
        holdings=(Holding((Grant("front-door", schedule="office"),)),),
        policy=site("clubhouse"),
        at=at("2026-03-13T07:00"),
    ),
    _door(
        "the night of 23 hours, a second before 3:00",
        holdings=(Holding((Grant("front-door", schedule="night"),)),),
        policy=site("clubhouse"),
        at=at("2026-03-29T00:59:59"),
    ),
    _door(
        "the night of 25 hours, at the second 2:29",
        holdings=(Holding((Grant("front-door", schedule="night"),)),),
        policy=site("clubhouse"),
        at=at("2026-10-25T01:29"),
    ),
    _door(
        "a holiday of the site",
        holdings=(Holding((Grant("front-door", schedule="always"),)),),
        policy=site("clubhouse"),
        at=at("2026-12-25T12:00"),
    ),
    _door("a schedule that is not there", holdings=(Holding((Grant("front-door", schedule="gone"),)),)),
    Story(
        "a partner that is not approved",
        holdings=wine(partners=frozenset({"bar"})),
        policy=Policy(partner="cafe"),
    ),
    Story("an approved partner", holdings=wine(partners=frozenset({"bar"})), policy=Policy(partner="bar")),
    Story("nobody signed in", policy=Policy(signed_in=False)),
    Story("nobody signed in, and only looking", mode=Mode.IDENTIFY, policy=Policy(signed_in=False)),
    Story("visitors may redeem", policy=Policy(signed_in=False, visitors_redeem=True)),
    _door("inside already", policy=_HALL, passages=(_IN,)),
    _door("inside already, and flagged", policy=Policy(area="hall", passback=Passback.SOFT), passages=(_IN,)),
    _door(
        "inside already, and forgotten",
        policy=Policy(area="hall", passback=Passback.HARD, passback_seconds=3_600),
        passages=(_IN,),
    ),
    _door("inside another area", policy=Policy(area="pool", passback=Passback.HARD), passages=(_IN,)),
]
