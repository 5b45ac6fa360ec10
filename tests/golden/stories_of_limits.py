"""Cases of decisions.json: limits of every window, whose uses count and where, gaps, and what is confirmed."""

from datetime import timedelta
from typing import Final

from contract.ask import Contact, Mode, Policy
from contract.billing import BillingInterval
from contract.grant import Grant, Offline
from contract.limits import Across, CountsBy, Limit, Window
from tests.golden.decision_stories import (
    DAY,
    HOUR,
    MICROSECOND,
    NOON,
    WINE,
    Holding,
    Made,
    Story,
    at,
    pool,
    site,
    wine,
)

OFFLINE: Final = {"contact": Contact.OFFLINE}


LIMITS: Final = [
    Story("the only one"),
    Story("the only one, and only looking", mode=Mode.IDENTIFY),
    Story("the only one, used a week ago", uses=(Made(7 * DAY),)),
    Story("the only one, used not quite a week ago", uses=(Made(7 * DAY - MICROSECOND),)),
    Story("none left before the end", holdings=(Holding(special={"ends_at": NOON + DAY}),), uses=(Made(),)),
    Story(
        "a day of 23 hours",
        holdings=wine(Limit(1, window=Window.DAY)),
        uses=(Made(11 * HOUR),),
        policy=site("clubhouse"),
        at=at("2026-03-29T10:00"),
    ),
    Story(
        "a day that begins at 2:30 in the gap",
        holdings=wine(Limit(1, window=Window.DAY)),
        uses=(Made(timedelta(minutes=1)),),
        policy=site("bar"),
        at=at("2026-03-29T01:00"),
    ),
    Story(
        "a week that begins on Sunday",
        holdings=wine(Limit(2, window=Window.WEEK)),
        uses=(Made(7 * DAY), Made(6 * DAY)),
        policy=site("bar"),
    ),
    Story(
        "the last day of February",
        holdings=wine(Limit(1, window=Window.MONTH)),
        uses=(Made(HOUR),),
        policy=site("island"),
        at=at("2026-02-28T13:30"),
    ),
    Story("a year", holdings=wine(Limit(3, window=Window.YEAR)), uses=(Made(80 * DAY), Made(30 * DAY), Made(DAY))),
    Story(
        "a billing period from January 31st",
        holdings=(
            Holding(
                (Grant("glass-of-wine", (Limit(1, window=Window.BILLING_PERIOD),)),),
                billing=BillingInterval(months=1),
                special={"starts_at": at("2026-01-31T12:00")},
            ),
        ),
        uses=(Made(14 * DAY),),
    ),
    Story("once in a lifetime", holdings=wine(Limit(1, window=Window.LIFETIME)), uses=(Made(30 * DAY),)),
    Story(
        "a pool that colleagues have used up",
        holdings=pool(Limit(2, 86_400, counts_by=CountsBy.COMPANY)),
        uses=(Made(HOUR, colleague=True), Made(2 * HOUR, colleague=True)),
    ),
    Story(
        "each of the company's people has their own",
        holdings=pool(Limit(1, 86_400)),
        uses=(Made(HOUR, colleague=True),),
    ),
    Story(
        "one for all memberships",
        holdings=(*wine(Limit(1, 86_400, counts_by=CountsBy.CUSTOMER)), Holding((WINE,))),
        uses=(Made(HOUR, under=1),),
    ),
    Story(
        "one at each partner",
        holdings=wine(Limit(1, 86_400, across=Across.PARTNER)),
        uses=(Made(HOUR, where={"partner": "cafe"}),),
        policy=Policy(partner="bar"),
    ),
    Story(
        "one at each site",
        holdings=wine(Limit(1, 86_400, across=Across.SITE)),
        uses=(Made(HOUR, where={"site": "clubhouse"}),),
        policy=site("clubhouse"),
    ),
    Story("a gap that has to pass", holdings=wine(Limit(3, 86_400, gap_seconds=7_200)), uses=(Made(HOUR),)),
    Story("a gap that has passed", holdings=wine(Limit(3, 86_400, gap_seconds=3_600)), uses=(Made(HOUR),)),
    Story(
        "several limits", holdings=wine(Limit(1, 3_600), Limit(2, 86_400)), uses=(Made(HOUR / 2), Made(2 * HOUR))
    ),
    Story("to be confirmed", holdings=wine(confirm=True)),
    Story("confirmed", holdings=wine(confirm=True), now={"contact": Contact.CONFIRMED}),
    Story("to be confirmed, and the hub is away", holdings=wine(confirm=True), now=OFFLINE),
    Story("not offline", holdings=wine(offline=Offline.DENY), now=OFFLINE),
    Story(
        "the second of two offline",
        holdings=wine(Limit(5, 86_400), offline=Offline.AT_MOST, offline_uses=2),
        uses=(Made(HOUR), Made(2 * HOUR)),
        unacked=(0,),
        now=OFFLINE,
    ),
    Story(
        "the third of two offline",
        holdings=wine(Limit(5, 86_400), offline=Offline.AT_MOST, offline_uses=2),
        uses=(Made(HOUR), Made(2 * HOUR)),
        unacked=(0, 1),
        now=OFFLINE,
    ),
]
