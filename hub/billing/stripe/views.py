"""Where Stripe tells what happened: kept once and answered at once; the worker looks at it."""

import logging
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hub.billing import choosing, event_operations
from hub.billing.port import ProviderRefused, WebhookRefused
from hub.login.address import address_of
from hub.rates.operations import Limit, take

BODY_BYTES_MAX: Final = 1_048_576
"""Of one event: Stripe's have some ten thousand."""
_DIGITS_MAX: Final = 9
_FORGED: Final = Limit("stripe-webhook-refused", 20, 600)
"""From one address. What is signed is never counted, so nobody keeps Stripe out."""
_LOG: Final = logging.getLogger("hub.billing.stripe")


@csrf_exempt
@require_POST
@never_cache
def webhook(request: HttpRequest) -> HttpResponse:
    """200: kept, now or before. 400: not signed by Stripe. 404: this hub has no key of Stripe's. 413, 429."""
    try:
        provider = choosing.provider_named("stripe")
    except ProviderRefused:
        return HttpResponse(status=404)
    if not _fits(request):
        return HttpResponse(status=413)
    at = timezone.now()
    try:
        event = provider.read_webhook(request.body, request.headers.get("Stripe-Signature", ""), at)
    except WebhookRefused as error:
        rate = take(_FORGED, address_of(request), at)
        if not rate.granted:
            return HttpResponse(status=429, headers={"Retry-After": str(rate.wait_s)})
        _LOG.warning("a webhook that came as Stripe's was refused: %s", error)
        return HttpResponse(status=400)
    event_operations.remember(provider.name, [event], at)
    return HttpResponse()


def _fits(request: HttpRequest) -> bool:
    """By what it says of itself: no more than that is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return len(length) <= _DIGITS_MAX and length.isdecimal() and 1 <= int(length) <= BODY_BYTES_MAX
