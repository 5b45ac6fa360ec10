"""Who takes payments for this hub, by its environment; None: only the organization itself, by hand."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from hub.billing.port import Provider, ProviderRefused


def provider() -> Provider | None:
    return _of(settings.ENVIRONMENT.stripe)


def provider_named(name: str) -> Provider:
    """Whom something was begun with. ProviderRefused: they are not set up any more."""
    found = provider()
    if found is None or found.name != name:
        said = _("This is paid through %(provider)s, which is not set up on this hub any more.")
        raise ProviderRefused(said % {"provider": name.capitalize()})
    return found


@lru_cache(maxsize=1)
def _of(way: Any) -> Provider | None:
    # Only where it is used: its library is large.
    from hub.billing.stripe.provider import stripe_of  # noqa: PLC0415

    return stripe_of(way)
