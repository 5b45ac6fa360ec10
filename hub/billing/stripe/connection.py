"""The one client: pinned, with short waits, and its errors told in the port's words.

Nothing that Stripe said or was asked stands in an error: it may name people. Staff find it in Stripe's own log, by
the number of the request.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import stripe
from django.utils.translation import gettext as _
from stripe import StripeClient

from hub.billing.port import (
    NotThere,
    ProviderAway,
    ProviderError,
    ProviderRefused,
)
from hub.environment import StripeWay

API_VERSION: Final = "2026-10-28.endive"
_CONNECT_S: Final = 3.05
_ANSWER_S: Final = 8.0
"""For an answer's next piece. People wait for a page meanwhile, or the worker's thread of its own does."""
_RETRIES: Final = 1
"""By the library, after half a second, where the connection failed or the answer was 409 or 5xx."""
_NO_SUCH_THING: Final = "resource_missing"

# Otherwise the library writes a number of its own into a home directory, and says what machine this is.
stripe.enable_telemetry = False
# Below it says what was asked and answered, with people's addresses.
logging.getLogger("stripe").setLevel(logging.WARNING)


def client_of(way: StripeWay) -> StripeClient:
    return StripeClient(
        way.key,
        stripe_version=API_VERSION,
        base_addresses={"api": way.url},
        max_network_retries=_RETRIES,
        http_client=stripe.RequestsClient(timeout=(_CONNECT_S, _ANSWER_S)),
    )


@contextmanager
def asking() -> Iterator[None]:
    """ProviderError instead of the library's own."""
    try:
        yield
    except stripe.StripeError as error:
        # Not from it: its text has what Stripe answered.
        raise _told(error) from None


def _told(error: stripe.StripeError) -> ProviderError:
    if isinstance(error, (stripe.AuthenticationError, stripe.PermissionError)):
        # Tried again, as the same will do once the key is right.
        return ProviderAway(_("Stripe does not take the hub's key: whoever runs it has to set another one."))
    if isinstance(error, stripe.CardError):
        return ProviderRefused(_("The payment was declined, and nothing is changed: pay in another way."))
    if isinstance(error, stripe.IdempotencyError):
        return ProviderRefused(_("This was asked of Stripe before in another way: begin again."))
    if isinstance(error, stripe.InvalidRequestError):
        return _refused(error)
    if isinstance(error, stripe.RateLimitError):
        return ProviderAway(_("Stripe is busy: try again in a minute."))
    return ProviderAway(_("Stripe does not answer at the moment: try again in a few minutes."))


def _refused(error: stripe.InvalidRequestError) -> ProviderRefused:
    words = {"code": error.code or error.param or "-", "request": error.request_id or "-"}
    if error.code == _NO_SUCH_THING:
        return NotThere(_("Stripe knows no such thing (%(request)s).") % words)
    return ProviderRefused(
        _("Stripe refused this (%(code)s). Its log says more of the request %(request)s.") % words
    )
