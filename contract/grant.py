"""Grants: what a plan gives of a permission: how often, when and where, and what holds while the hub is away."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contract.errors import ContractError
from contract.limits import Limit

OFFLINE_USES_MAX: Final = 1_000


class GrantError(ContractError):
    """A grant that cannot be meant; the message says what is allowed."""


class Offline(StrEnum):
    """What becomes of a redemption while the hub is out of reach."""

    ALLOW = "allow"
    DENY = "deny"
    AT_MOST = "at_most"
    """So many of a customer at each edge, since that edge was last in contact."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A plan's permission. No limits means that it is not used up; several limits hold at once.

    `schedule`: the name of the hours it holds in; None: at all times. `partners`: the approved ones; None: all.
    `partner_may_be_said`: at one of them whoever scans is, as they say themselves.
    `login_required`: not where nobody is signed in. `confirm`: the hub is asked first, where it can be reached.
    `offline_uses`: how many AT_MOST allows (1 to 1,000), 0 otherwise.
    """

    permission: str
    limits: tuple[Limit, ...] = ()
    schedule: str | None = None
    partners: frozenset[str] | None = None
    login_required: bool = False
    confirm: bool = False
    offline: Offline = Offline.ALLOW
    offline_uses: int = 0
    partner_may_be_said: bool = False

    def __post_init__(self) -> None:
        if not self.limits and self.confirm:
            raise GrantError("only a limited benefit can be confirmed by the hub: give it a limit first")
        if not self.limits and self.offline is Offline.AT_MOST:
            raise GrantError(
                "only a limited benefit can be allowed a number of times offline: give it a limit first"
            )
        if self.offline is Offline.AT_MOST and not 1 <= self.offline_uses <= OFFLINE_USES_MAX:
            raise GrantError(
                f"a benefit is allowed 1 to {OFFLINE_USES_MAX} times offline, not {self.offline_uses}"
            )
        if self.offline is not Offline.AT_MOST and self.offline_uses != 0:
            raise GrantError(f"a number of times offline says nothing where the offline rule is {self.offline}")
