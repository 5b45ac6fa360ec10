"""Renews decisions.json: a club's feed, what is asked about its cards, and the decisions that are promised.

Run by hand (`.venv/bin/python -m tests.golden.make_decisions`), and only when the rules are meant to change: the
tests hold edge, hub and contract to these decisions. Look at what has changed in the file before it is committed.
"""

import json
from pathlib import Path
from typing import Final

from msgspec import to_builtins

from contract.facts import Position
from contract.feed import Change
from contract.gathering import StoredRow
from contract.instants import to_us
from tests.golden.decision_stories import (
    CLUB,
    Story,
)
from tests.golden.stories_of_limits import LIMITS
from tests.golden.stories_of_members import MEMBERSHIPS, PLACES, READERS

STORIES: Final = [*READERS, *MEMBERSHIPS, *PLACES, *LIMITS]


def golden() -> dict[str, object]:
    changes = [(story, list(story.changes(1_000 + 10 * n))) for n, story in enumerate(STORIES)]
    feed = [*CLUB, *(change for _, mine in changes for change in mine)]
    return {
        "cases": {story.name: _case(story, [*CLUB, *mine]) for story, mine in changes},
        "feed": [_row(change) for change in feed],
    }


def _case(story: Story, changes: list[Change]) -> dict[str, object]:
    # Loads the file that is being renewed.
    from tests.golden.decisions import Case  # noqa: PLC0415

    unacked = [story.use_id(number) for number in story.unacked]
    case = Case(story.name, story.card_hash, story.ask, story.at, story.used_steps, frozenset(unacked), {})
    rows: list[StoredRow] = [(int(each.kind), each.key, each.ref, each.body or b"") for each in changes]
    return {
        "card": story.card_hash.hex(),
        "ask": to_builtins(story.ask),
        "at_us": to_us(story.at),
        "used_steps": sorted(story.used_steps),
        "since_contact": [use_id.hex() for use_id in unacked],
        "decision": case.decide(Position("everyone", 1, 1), rows),
    }


def _row(change: Change) -> dict[str, object]:
    shown = {"key": change.key, "ref": change.ref, "body": change.body or b""}
    return {"kind": int(change.kind)} | {name: value.hex() for name, value in shown.items()}


def main() -> None:
    path = Path(__file__).with_name("decisions.json")
    path.write_text(json.dumps(golden(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
