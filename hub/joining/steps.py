"""The steps of joining, in ONE table: which comes next of what is known, and what can be pressed at each. Pure.

What is pressed at another step than the present one (an old page, a second press) changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Step(StrEnum):
    DONE = "done"
    PAY = "pay"
    """On the provider's page, by now."""
    PLAN = "plan"
    WHO = "who"
    CODE = "code"
    """One is on its way to them."""
    CHOOSE = "choose"
    """Which of those who have this address, or somebody new."""
    HELD = "held"
    """They hold this plan already."""
    ASK = "ask"
    """They had it, and staff have ended it: only staff give it back."""
    FIELDS = "fields"
    AGREE = "agree"


class Press(StrEnum):
    PLAN = "plan"
    EMAIL = "email"
    PASSWORD = "password"  # noqa: S105 (a way to prove)
    PASSKEY = "passkey"
    HANDED = "handed"
    """A code from staff, of whoever has no other way."""
    CODE = "code"
    CHOOSE = "choose"
    FIELDS = "fields"
    AGREE = "agree"
    BACK = "back"
    """One step back, to where something can be said otherwise."""
    LOOK = "look"
    """What is the present step?"""


@dataclass(frozen=True, slots=True)
class Known:
    """`is_known`: it is said whom it is for, by a proof, a website's visitor, or as somebody new."""

    has_plan: bool = False
    code_sent: bool = False
    is_proved: bool = False
    is_known: bool = False
    is_held: bool = False
    is_barred: bool = False
    is_filled_in: bool = False
    is_joined: bool = False
    waits_online: bool = False


_TABLE: Final[tuple[tuple[Step, Callable[[Known], bool]], ...]] = (
    (Step.PAY, lambda known: known.is_joined and known.waits_online),
    (Step.DONE, lambda known: known.is_joined),
    (Step.PLAN, lambda known: not known.has_plan),
    (Step.CODE, lambda known: not known.is_known and not known.is_proved and known.code_sent),
    (Step.WHO, lambda known: not known.is_known and not known.is_proved),
    (Step.CHOOSE, lambda known: not known.is_known),
    (Step.HELD, lambda known: known.is_held),
    (Step.ASK, lambda known: known.is_barred),
    (Step.FIELDS, lambda known: not known.is_filled_in),
    (Step.AGREE, lambda known: True),
)
PRESSES: Final[dict[Step, frozenset[Press]]] = {
    Step.PLAN: frozenset({Press.PLAN}),
    Step.WHO: frozenset({Press.EMAIL, Press.PASSWORD, Press.PASSKEY, Press.HANDED, Press.BACK}),
    Step.CODE: frozenset({Press.CODE, Press.EMAIL, Press.BACK}),
    Step.CHOOSE: frozenset({Press.CHOOSE, Press.BACK}),
    Step.HELD: frozenset({Press.BACK}),
    Step.ASK: frozenset({Press.BACK}),
    Step.FIELDS: frozenset({Press.FIELDS, Press.BACK}),
    Step.AGREE: frozenset({Press.AGREE, Press.BACK}),
    Step.PAY: frozenset(),
    Step.DONE: frozenset(),
}


def step_of(known: Known) -> Step:
    """The first that applies."""
    return next(step for step, applies in _TABLE if applies(known))


def may(step: Step, press: Press) -> bool:
    return press in PRESSES[step]
