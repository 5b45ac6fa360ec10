"""The promised decisions at the hub: the club's feed in both databases, each card looked up there."""

import pytest
from django.db import transaction

from hub.feed import operations as feed
from hub.feed.lookup import rows_of_card
from hub.feed.operations import EVERYONE
from tests.golden.decisions import CASES, CHANGES

pytestmark = pytest.mark.usefixtures("database")


def test_the_hub_decides_as_promised() -> None:
    with transaction.atomic():
        feed.append(EVERYONE, CHANGES)
    decided = {}
    for case in CASES:
        found = rows_of_card(EVERYONE, case.card_hash)
        decided[case.name] = case.decide(found.position, found.rows)
    assert decided == {case.name: case.promised for case in CASES}
