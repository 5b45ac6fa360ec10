"""Reads decisions.json: one club's feed, and what is asked about its cards with the decision that is promised.

Whoever stores rows puts ROWS into its own store, looks each case's card up there, and must come to its decision.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from msgspec import convert

from contract.ask import Ask
from contract.decision import Decision, decide
from contract.facts import Position
from contract.feed import Change, Kind
from contract.gathering import StoredRow, facts_from_rows
from contract.instants import from_us, to_us

FILE: Final = Path(__file__).with_name("decisions.json")
ORGANIZATION_KEY: Final = bytes(range(32))
"""Of the club, in whose feed cards have salts."""


@dataclass(frozen=True)
class Case:
    """`used_steps` and `since_contact` are what an edge knows besides its replica."""

    name: str
    card_hash: bytes
    ask: Ask
    at: datetime
    used_steps: frozenset[int]
    since_contact: frozenset[bytes]
    promised: dict[str, Any]

    def decide(self, position: Position, rows: Iterable[StoredRow]) -> dict[str, Any]:
        """The decision from the rows that a store found for the card, as the file shows it."""
        facts = facts_from_rows(position, rows, self.ask.policy.site, ORGANIZATION_KEY)
        known = replace(facts, used_steps=self.used_steps, since_contact=self.since_contact)
        return shown(decide(self.ask, known, self.at))


def shown(decision: Decision) -> dict[str, Any]:
    """All that a decision says but where its rows stood, in what JSON has; ids for customer, membership, plan."""
    until, due = decision.valid_until, decision.next_available_at
    return {
        "outcome": str(decision.outcome),
        "reason": str(decision.reason),
        "permission": decision.permission,
        "clock": str(decision.clock),
        "detail": None if decision.detail is None else str(decision.detail),
        "customer": None if decision.customer is None else decision.customer.id,
        "membership": None if decision.membership is None else decision.membership.id,
        "plan": None if decision.plan is None else decision.plan.id,
        "valid_until_us": None if until is None else to_us(until),
        "counted": decision.counted,
        "remaining": decision.remaining,
        "next_available_us": None if due is None else to_us(due),
        "counted_uses": [use_id.hex() for use_id in decision.counted_uses],
        "inside_already": decision.inside_already,
        "step": decision.step,
    }


def _case(name: str, fields: dict[str, Any]) -> Case:
    return Case(
        name,
        bytes.fromhex(fields["card"]),
        convert(fields["ask"], Ask),
        from_us(fields["at_us"]),
        frozenset(fields["used_steps"]),
        frozenset(map(bytes.fromhex, fields["since_contact"])),
        fields["decision"],
    )


def _change(fields: dict[str, Any]) -> Change:
    key, ref, body = (bytes.fromhex(fields[part]) for part in ("key", "ref", "body"))
    return Change(Kind(fields["kind"]), key, ref, body)


_GOLDEN: Final[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
CHANGES: Final = [_change(fields) for fields in _GOLDEN["feed"]]
CASES: Final = [_case(name, fields) for name, fields in _GOLDEN["cases"].items()]
