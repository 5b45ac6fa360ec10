"""Renews messages.json: every message of the wire and every row of the feed, its fields beside its bytes.

Run by hand (`.venv/bin/python tests/golden/make_messages.py`), and only when the wire is meant to change: the
tests hold the code to these bytes, and a second implementation can be held to them too. Bytes are hex strings.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct, to_builtins
from msgspec.structs import replace as replace_fields

from contract.ask import Circumstances, Codes, Contact, Direction, Passback, Policy, Posture
from contract.billing import BillingInterval
from contract.calendar import Calendar
from contract.facts import Card, Customer, Passage
from contract.feed import Change, Row, digest_bytes, moved_digest, row_digest
from contract.grant import Grant, Offline
from contract.hours import ExceptionDay, Schedule, Site, WeeklyWindow, Window
from contract.limits import Across, CountsBy, Limit, Use
from contract.limits import Window as LimitWindow
from contract.membership import AtEnd, Freeze, Holder, HolderKind, Membership, Plan
from contract.messages import (
    Ack,
    CheckIn,
    CheckIns,
    Confirm,
    Confirmed,
    Head,
    JournalRow,
    Live,
    Lost,
    Page,
    Presence,
    Pull,
    ReaderPresence,
    Void,
    encode,
)
from contract.plan_rows import plan_change, schedule_change, site_change
from contract.rows import (
    card_change,
    customer_change,
    gone,
    link_change,
    membership_change,
    passage_change,
    pool_use_change,
    rotating_change,
    use_change,
)
from contract.trust import ClockState

BEGINS_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
ENDS_AT: Final = datetime(2027, 1, 1, tzinfo=UTC)
EPOCH: Final = 1_770_000_000_000
JOURNAL: Final = bytes.fromhex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf")
NONCE: Final = bytes.fromhex("b0b1b2b3b4b5b6b7b8b9babbbcbdbebf")
CHECKIN_ID: Final = bytes.fromhex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf")
CARD_HASH: Final = bytes(range(32))

OWN: Final = Membership(11, Holder(HolderKind.CUSTOMER, 7), 3, BEGINS_AT, ENDS_AT)
COMPANYS: Final = Membership(12, Holder(HolderKind.COMPANY, 5), 3, BEGINS_AT, None, revoked=True)
SPECIAL: Final = Membership(
    13,
    Holder(HolderKind.CUSTOMER, 7),
    3,
    BEGINS_AT,
    ENDS_AT,
    pending=True,
    at_end=AtEnd.RENEWS,
    grace_seconds=259_200,
    trial_until=datetime(2026, 2, 1, tzinfo=UTC),
    freezes=(Freeze(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)), Freeze(ENDS_AT, None)),
    freezes_extend=False,
)
USE: Final = Use(CHECKIN_ID, 7, 11, "glass-of-wine", datetime(2026, 3, 14, 12, 0, 0, 1, tzinfo=UTC))
FULL: Final = Plan(
    3, "Full", (Grant("front-door"), Grant("glass-of-wine", (Limit(1, 604_800), Limit(20, 31_536_000))))
)
POOLED: Final = replace(USE, membership_id=12, company_id=5, partner="bar", site="clubhouse")
RULES: Final = Plan(
    4,
    "With all rules",
    (
        Grant(
            "glass-of-wine",
            (Limit(4, None, LimitWindow.MONTH, CountsBy.COMPANY, Across.PARTNER, 3_600),),
            schedule="evenings",
            partners=frozenset({"bar", "cafe"}),
            login_required=True,
            confirm=True,
            offline=Offline.AT_MOST,
            offline_uses=2,
        ),
    ),
    BillingInterval(months=1),
)
MIDNIGHT: Final = Window(1_320, 120)
CHRISTMAS: Final = ExceptionDay(12, 25)
CLUBHOUSE: Final = Site(
    Calendar("Europe/Berlin", 6, 360), (CHRISTMAS, ExceptionDay(12, 31, 2026, (Window(0, 1_440),)))
)
EVENINGS: Final = Schedule((WeeklyWindow(4, MIDNIGHT), WeeklyWindow(5, MIDNIGHT)), (CHRISTMAS,), True)
CHANGES: Final = {
    "card": card_change(CARD_HASH, Card(7)),
    "card with dates of its own, revoked": card_change(CARD_HASH[::-1], Card(7, True, BEGINS_AT, ENDS_AT)),
    "customer": customer_change(Customer(7, "Member with a day plan")),
    "link": link_change(7, 5),
    "plan": plan_change(FULL),
    "membership of a customer": membership_change(OWN),
    "membership of a company, without end, revoked": membership_change(COMPANYS),
    "membership with all that is special": membership_change(SPECIAL),
    "use": use_change(USE),
    "use of a company's membership, at a partner": use_change(POOLED),
    "use in a company's pool": pool_use_change(POOLED),
    "plan with all rules": plan_change(RULES),
    "site": site_change("clubhouse", CLUBHOUSE),
    "schedule": schedule_change("evenings", EVENINGS),
    "rotating": rotating_change(CARD_HASH, bytes(range(16))),
    "passage": passage_change(Passage(CHECKIN_ID, 7, "hall", Direction.OUT, USE.occurred_at)),
}


def _row(sequence: int, change: Change) -> Row:
    return Row(sequence, change.kind, change.key, change.ref, change.body)


def _digest(*changes: Change) -> bytes:
    added = (row_digest(each.kind, each.key, each.ref, each.body) for each in changes if each.body is not None)
    return digest_bytes(moved_digest(0, (), added))


CHECKIN: Final = CheckIn(
    id=CHECKIN_ID,
    at_us=1_773_489_600_000_001,
    reader="counter",
    outcome="granted",
    reason="granted",
    permission="glass-of-wine",
    mode="redeem",
    counted=True,
    code_hash=CARD_HASH,
    code_length=43,
    code_classes="digit punctuation upper",
    detail="current",
    customer=7,
    membership=11,
    remaining=0,
    feed="everyone",
    epoch=EPOCH,
    sequence=8,
)
UNREADABLE: Final = CheckIn(
    id=CHECKIN_ID[::-1],
    at_us=-1,
    reader="door",
    outcome="denied",
    reason="not_ready",
    permission="front-door",
    mode="redeem",
    counted=False,
    code_hash=CARD_HASH,
    code_length=0,
    code_classes="",
)
SPECIAL_CHECKIN: Final = replace_fields(
    CHECKIN,
    policy=Policy(
        enabled=False,
        site="clubhouse",
        partner="bar",
        signed_in=False,
        visitors_redeem=True,
        codes=Codes.ROTATING_STRICTLY,
        clock=ClockState.HOLDOVER,
        replica_age_seconds_max=3_600,
        area="hall",
        direction=Direction.OUT,
        passback=Passback.SOFT,
        passback_seconds=7_200,
        lockdown_permission="lockdown",
    ),
    circumstances=Circumstances(
        readable=False,
        posture=Posture.LOCKDOWN,
        digits="12345678",
        clock=ClockState.UNKNOWN,
        replica_age_s=None,
        contact=Contact.OFFLINE,
    ),
    company=5,
    own_uses=[JOURNAL],
    inside_already=True,
    step=59_116_320,
)
_ROWS: Final = [_row(sequence, change) for sequence, change in enumerate(CHANGES.values(), 1)]
_LAST: Final = len(_ROWS)
_WHOLE: Final = _digest(*CHANGES.values())
MESSAGES: Final[dict[str, Struct]] = {
    "check-in": CHECKIN,
    "check-in without a replica": UNREADABLE,
    "check-in with all that is special": SPECIAL_CHECKIN,
    "void": Void(voids=CHECKIN_ID, at_us=1_773_489_660_000_000, reader="counter"),
    "lost": Lost(
        lost=CHECKIN_ID, from_us=1_773_489_600_000_000, upto_us=1_773_489_660_000_000, count=12, why="disk_full"
    ),
    "confirm": Confirm(NONCE, CHECKIN),
    "confirmed": Confirmed(NONCE, CHECKIN_ID, "granted", "granted", 0, membership=11),
    "presence": Presence(
        start=3,
        n=17,
        online=True,
        at_us=1_772_100_000_000_000,
        version="0.1.0",
        clock=ClockState.SYNCED,
        feed="everyone",
        epoch=EPOCH,
        sequence=54,
        replica_age_s=12.5,
        journal=JOURNAL,
        last=120,
        acked=118,
        readers=[ReaderPresence(name="door", open=True), ReaderPresence(name="counter", open=False)],
    ),
    "presence: gone": Presence(
        start=3,
        n=2**24 - 1,
        online=False,
        at_us=1_772_100_000_000_000,
        version="0.1.0",
        clock=ClockState.UNKNOWN,
        feed="everyone",
        journal=JOURNAL,
        last=0,
        acked=0,
        journal_fault="disk_full",
    ),
    "confirmed: not now": Confirmed(NONCE, CHECKIN_ID, "denied", "limit_reached", 0, 1_773_500_000_000_000),
    "check-ins": CheckIns(JOURNAL, [JournalRow(1, encode(CHECKIN)), JournalRow(2, encode(UNREADABLE))]),
    "check-ins of which earlier ones are gone": CheckIns(JOURNAL, [JournalRow(701, encode(CHECKIN))], 701, 3),
    "ack": Ack(JOURNAL, 2, EPOCH, _LAST),
    "ack of another feed": Ack(JOURNAL, 2, EPOCH, 4, "partners"),
    "pull of everything": Pull("everyone", 0, 0, 1_000, NONCE),
    "pull of what is new": Pull("everyone", EPOCH, _LAST, 500, NONCE),
    "pull of what a replica being loaded lacks": Pull("everyone", EPOCH, 4, 1_000, NONCE, _LAST),
    "page with more to come": Page("everyone", EPOCH, 0, 4, _LAST, NONCE, _ROWS[:4]),
    "last page": Page("everyone", EPOCH, 4, _LAST, _LAST, NONCE, _ROWS[4:], _WHOLE, 1_773_489_600_000_000),
    "head": Head("everyone", EPOCH, _LAST, _WHOLE, 1_773_489_600_000_000),
    "live": Live(
        "everyone",
        EPOCH,
        _LAST,
        _LAST + 1,
        _digest(*(change for name, change in CHANGES.items() if name != "link")),
        [_row(_LAST + 1, gone(CHANGES["link"]))],
    ),
}


def fields_of(value: object) -> object:
    """What JSON can show of a message or a row: bytes as hex."""
    plain = to_builtins(value, builtin_types=(bytes,)) if isinstance(value, Struct) else value
    if isinstance(plain, dict):
        return {name: fields_of(each) for name, each in plain.items()}
    if isinstance(plain, list | tuple):
        return [fields_of(each) for each in plain]
    return plain.hex() if isinstance(plain, bytes) else plain


def golden() -> dict[str, object]:
    return {
        "messages": {
            name: {"type": type(message).__name__, "fields": fields_of(message), "cbor": encode(message).hex()}
            for name, message in MESSAGES.items()
        },
        "rows": {
            name: {**_row_fields(change), "digest": _digest(change).hex()} for name, change in CHANGES.items()
        },
        "digest of all rows": _WHOLE.hex(),
    }


def _row_fields(change: Change) -> dict[str, object]:
    shown = {"key": change.key, "ref": change.ref, "body": change.body}
    return {"kind": int(change.kind)} | {name: fields_of(each) for name, each in shown.items()}


def main() -> None:
    path = Path(__file__).with_name("messages.json")
    path.write_text(json.dumps(golden(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
