"""The promised decisions, with the rows of a card found in the plainest way; and that they promise enough."""

import pytest

from contract.facts import Position
from contract.feed import Kind
from contract.gathering import StoredRow
from contract.reasons import Reason
from tests.golden.decisions import CASES, CHANGES, Case

ROWS: list[StoredRow] = [(int(each.kind), each.key, each.ref, each.body or b"") for each in CHANGES]
SHARED = (Kind.SITE, Kind.SCHEDULE)
OF_CUSTOMER = (Kind.CUSTOMER, Kind.LINK, Kind.USE, Kind.PASSAGE)


def rows_of_card(card_hash: bytes) -> list[StoredRow]:
    of_card = [row for row in ROWS if row[0] in (Kind.CARD, Kind.ROTATING) and row[1] == card_hash]
    customers = {ref for kind, _, ref, _ in of_card if kind == Kind.CARD}
    mine = [row for row in ROWS if row[0] in OF_CUSTOMER and row[1][:9] in customers]
    companies = {ref for kind, _, ref, _ in mine if kind == Kind.LINK}
    pooled = [row for row in ROWS if row[0] == Kind.POOL_USE and row[1][:9] in companies]
    held = [row for row in ROWS if row[0] == Kind.MEMBERSHIP and row[1][:9] in customers | companies]
    plans = [row for row in ROWS if row[0] == Kind.PLAN and row[1] in {ref for _, _, ref, _ in held}]
    return [*of_card, *mine, *pooled, *held, *plans, *(row for row in ROWS if row[0] in SHARED)]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_decision_that_is_promised(case: Case) -> None:
    assert case.decide(Position("everyone", 1, len(ROWS)), rows_of_card(case.card_hash)) == case.promised


def test_every_reason_that_rows_can_give_is_promised_once_at_least() -> None:
    # Without a replica there are no rows; what cannot be recorded is found out after the decision.
    without_rows = {Reason.NOT_READY, Reason.CANNOT_RECORD}
    assert {case.promised["reason"] for case in CASES} == set(Reason) - without_rows


def test_every_kind_of_row_is_in_the_feed() -> None:
    assert {row[0] for row in ROWS} == set(Kind)
