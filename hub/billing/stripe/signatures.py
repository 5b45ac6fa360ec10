"""Whether a webhook is Stripe's: signed with one of our secrets, not long ago."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import stripe

from hub.billing.port import WebhookRefused

TOLERANCE_S: Final = stripe.Webhook.DEFAULT_TOLERANCE
_SIGNED_AT: Final = re.compile(r"(?:^|,)t=([0-9]{1,12})(?:,|$)")


def read(body: bytes, signature: str, secrets: Sequence[str], at: datetime) -> dict[str, Any]:
    """The event. Several secrets stand while one takes another's place. WebhookRefused."""
    signed_at = _SIGNED_AT.search(signature)
    if signed_at is None or not any(_is_signed(body, signature, secret) for secret in secrets):
        raise WebhookRefused("not signed with a secret of ours")
    if abs(at.timestamp() - int(signed_at.group(1))) > TOLERANCE_S:
        raise WebhookRefused("signed too long ago, or by another clock")
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WebhookRefused("no JSON") from error
    if not isinstance(event, dict):
        raise WebhookRefused("no event")
    return event


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        return stripe.WebhookSignature.verify_header(body, signature, secret)
    except (stripe.SignatureVerificationError, UnicodeError, TypeError):  # what is not ASCII cannot be compared
        return False
