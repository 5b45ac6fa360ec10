"""A cancellation that is taken back, by whomever: what was billed by hand until then is billed again."""

from datetime import datetime
from typing import Any

from contract.membership import AtEnd
from hub.billing.hand_operations import begin_by_hand
from hub.billing.queries import Standing, standing
from hub.fleet.zones import organization_zone
from hub.members.models import Membership


def goes_on_by_hand(membership: Membership, held: Standing) -> bool:
    """Whether billing that its cancellation had stopped goes on with it. What staff had stopped does not."""
    last = held.subscription
    stopped_with_it = last is not None and held.is_by_hand and not last.is_open and last.cancel_at_end
    return stopped_with_it and membership.plan.price_cents is not None


def resume(membership: Membership, at: datetime, **_signal: Any) -> None:
    """For hub.members.signals.taken_back, in its transaction."""
    if membership.at_end == AtEnd.RENEWS and goes_on_by_hand(membership, standing(membership)):
        begin_by_hand(membership, at, organization_zone())
