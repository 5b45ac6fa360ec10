"""What the contract refuses is told in the reader's language: each text is one that the contract still says."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils.translation import override

from contract.calendar import zone_of
from contract.card import canonical_code
from contract.errors import ContractError
from contract.grant import Grant, Offline
from contract.hours import ExceptionDay
from contract.limits import Limit, Window
from contract.membership import Freeze, Holder, HolderKind, Membership
from hub.contract_errors import TEXTS, text_of

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_LATER = datetime(2026, 2, 1, tzinfo=UTC)
_ONCE = (Limit(1, 60),)


def membership(**more: Any) -> Membership:
    return Membership(id=1, holder=Holder(HolderKind.CUSTOMER, 1), plan_id=1, starts_at=_AT, ends_at=None, **more)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Limit(0, 60),
        lambda: Limit(1, 60, gap_seconds=-1),
        lambda: Limit(1, 60, Window.DAY),
        lambda: Limit(1, 0),
        lambda: Grant("door", confirm=True),
        lambda: Grant("door", offline=Offline.AT_MOST),
        lambda: Grant("door", _ONCE, offline=Offline.AT_MOST, offline_uses=0),
        lambda: Grant("door", _ONCE, offline_uses=1),
        lambda: canonical_code(""),
        lambda: Freeze(_LATER, _AT),
        lambda: membership(freezes=(Freeze(_AT, _LATER), Freeze(_AT, _LATER))),
        lambda: membership(grace_seconds=-1),
        lambda: zone_of("Berlin"),
        lambda: ExceptionDay(2, 30, None, ()),
    ],
)
def test_an_error_of_the_contract_is_told_in_german(wrong: Callable[[], object]) -> None:
    with pytest.raises(ContractError) as raised:
        wrong()
    with override("en"):
        assert text_of(raised.value) == str(raised.value)
    with override("de"):
        assert text_of(raised.value) != str(raised.value)


def test_another_error_is_told_as_it_is() -> None:
    assert text_of(ContractError("something new")) == "something new"


def test_each_text_is_tried() -> None:
    assert len(TEXTS) == 14
