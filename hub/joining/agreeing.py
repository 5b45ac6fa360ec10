"""What somebody agrees to as they join: the terms and the price, as they stood before their eyes. Pure."""

import json
from hashlib import sha256
from typing import Final

from hub.members.models import Plan
from hub.organization.models import Signup

_LETTERS: Final = 16
_OF_THE_PLAN: Final = (
    *("public_id", "name", "price_cents", "currency", "billed_every", "billed_in"),
    *("setup_fee_cents", "tax_text"),
)


def version_of(plan: Plan, signup: Signup, trial_days: int) -> str:
    """Another one wherever anything of it is. `trial_days`: that they have."""
    said = [signup.terms_version, trial_days, *(getattr(plan, each) for each in _OF_THE_PLAN)]
    return sha256(json.dumps(said).encode()).hexdigest()[:_LETTERS]
