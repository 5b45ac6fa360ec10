"""Reading what staff see of webhooks: endpoints with their lights, and what became of each delivery."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from hub.webhooks.models import Delivery, Endpoint

PAGE: Final = 50
_WORDS: Final = {
    "timeout": _("no answer in time"),
    "no_connection": _("nobody answers there"),
    "no_such_host": _("its name is not known"),
    "tls": _("its certificate does not count"),
    "address_refused": _("its address may not be told"),
    "no_http": _("what it answers is no HTTP"),
    "connection_lost": _("the connection broke"),
    "failed": _("it could not be sent"),
    "secret_unreadable": _("its secret cannot be read: put card.key back from a backup, or give it a new secret"),
}


class Light(NamedTuple):
    """`colour` is the desk's: green, amber, red or grey."""

    colour: str
    text: str


class EndpointShown(NamedTuple):
    endpoint: Endpoint
    light: Light
    waiting: int
    failed: int


class DeliveryShown(NamedTuple):
    """`answer_word`: what came back, or why nothing did."""

    delivery: Delivery
    light: Light
    answer_word: str


class Page(NamedTuple):
    """`before`: where the next page begins; None: it is the last."""

    deliveries: Sequence[DeliveryShown]
    before: int | None


def endpoints_shown() -> list[EndpointShown]:
    return [_endpoint_shown(each) for each in _counted()]


def endpoint_shown(number: int) -> EndpointShown:
    """Endpoint.DoesNotExist."""
    return _endpoint_shown(_counted().get(pk=number))


def deliveries_shown(endpoint: int, state: str = "", before: int | None = None) -> Page:
    """The newest first, of one state or of all."""
    found = Delivery.objects.filter(endpoint=endpoint).select_related("event").order_by("-pk")
    if state in Delivery.State.values:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(pk__lt=before)
    page = list(found[: PAGE + 1])
    more = page[PAGE - 1].pk if len(page) > PAGE else None
    return Page([DeliveryShown(each, light_of(each), answer_word(each)) for each in page[:PAGE]], more)


def delivery_with(number: int) -> Delivery:
    """Delivery.DoesNotExist."""
    return Delivery.objects.select_related("event", "endpoint").get(pk=number)


def light_of(delivery: Delivery) -> Light:
    if delivery.state == Delivery.State.DELIVERED:
        return Light("green", str(_("Delivered")))
    if delivery.state == Delivery.State.FAILED:
        return Light("red", str(_("Given up")))
    return Light("amber", str(_("Is tried again"))) if delivery.attempts else Light("grey", str(_("Waiting")))


def answer_word(delivery: Delivery) -> str:
    if delivery.code is not None:
        return str(delivery.code)
    return str(_WORDS.get(delivery.error, delivery.error))


def _counted() -> QuerySet[Endpoint]:
    states = Delivery.State
    return Endpoint.objects.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=states.WAITING)),
        failed=Count("deliveries", filter=Q(deliveries__state=states.FAILED)),
    )


def _endpoint_shown(endpoint: Endpoint) -> EndpointShown:
    return EndpointShown(endpoint, _light(endpoint), endpoint.waiting, endpoint.failed)


def _light(endpoint: Endpoint) -> Light:
    """A queue that is full is red: what happens is not told any more."""
    if endpoint.disabled_at is not None:
        by_hand = endpoint.disabled_why == Endpoint.Why.STAFF
        return Light("grey" if by_hand else "red", str(endpoint.get_disabled_why_display()).capitalize())
    if endpoint.missed:
        return Light("red", str(_("Its queue was full: some events are not told")))
    if endpoint.failing_since is not None:
        return Light("amber", str(_("It takes nothing at the moment")))
    return Light("green", str(_("It takes what is sent")))


def since_of_failures(endpoint: Endpoint) -> datetime | None:
    """When the oldest event happened that was given up; None: there is none."""
    failed = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.FAILED)
    return failed.order_by("event__at").values_list("event__at", flat=True).first()
