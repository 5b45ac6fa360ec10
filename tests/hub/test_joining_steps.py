"""The steps of joining: which is next of all that can be known, and what can be pressed where."""

from dataclasses import fields, replace
from itertools import product

import pytest

from hub.joining.steps import PRESSES, Known, Press, Step, may, step_of

EVERYTHING = [Known(*said) for said in product((False, True), repeat=len(fields(Known)))]


def test_all_that_can_be_known_has_a_step() -> None:
    assert {step_of(each) for each in EVERYTHING} == set(Step) == set(PRESSES)


@pytest.mark.parametrize(
    ("known", "step"),
    [
        (Known(), Step.PLAN),
        (Known(has_plan=True), Step.WHO),
        (Known(has_plan=True, code_sent=True), Step.CODE),
        (Known(has_plan=True, is_proved=True), Step.CHOOSE),
        (Known(has_plan=True, is_known=True, is_held=True), Step.HELD),
        (Known(has_plan=True, is_known=True, is_barred=True), Step.ASK),
        (Known(has_plan=True, is_known=True), Step.FIELDS),
        (Known(has_plan=True, is_known=True, is_filled_in=True), Step.AGREE),
        (Known(is_joined=True, waits_online=True), Step.PAY),
        (Known(is_joined=True), Step.DONE),
    ],
)
def test_the_way(known: Known, step: Step) -> None:
    assert step_of(known) is step


def test_nobody_agrees_who_is_not_known_and_nobody_twice() -> None:
    for known in EVERYTHING:
        if may(step_of(known), Press.AGREE):
            assert known.has_plan and known.is_known and known.is_filled_in
            assert not known.is_joined and not known.is_held and not known.is_barred


def test_who_has_joined_stays_so_whatever_is_pressed() -> None:
    for known in EVERYTHING:
        joined = replace(known, is_joined=True)
        assert not any(may(step_of(joined), press) for press in Press)
