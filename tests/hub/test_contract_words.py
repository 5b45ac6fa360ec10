"""Every member of an enum of the contract that is shown has words; what a newer edge says is told as it is."""

import pytest

from contract.reasons import Reason
from hub.contract_words import WORDS, said, said_of


@pytest.mark.parametrize("kind", WORDS, ids=lambda kind: kind.__name__)
def test_every_member_has_words(kind: type) -> None:
    assert set(WORDS[kind]) == set(kind)
    assert all(said(member) for member in kind)


def test_what_a_newer_edge_says_is_told_as_it_is() -> None:
    assert said_of(Reason, "limit_reached") == "limit reached"
    assert said_of(Reason, "too_tired_today") == "too tired today"
