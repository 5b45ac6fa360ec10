"""From deliveries to what is sent: the body, with names where the endpoint asks for them, and its signature.

The same event has the same body at every attempt, but for names, which are read as it is sent: none is kept in
the queue.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Model

from hub.members.models import Company, Customer
from hub.webhooks import signing
from hub.webhooks.drafts import instant_text
from hub.webhooks.models import Delivery, Event
from hub.webhooks.operations import rules_for
from hub.webhooks.sending import Message

_People = dict[int, dict[str, str]]


def messages_of(deliveries: Iterable[Delivery], at: datetime) -> Iterator[tuple[Delivery, Message | None]]:
    """Deliveries with their events and endpoints. None: its endpoint's secret cannot be read, so it cannot go."""
    deliveries = list(deliveries)
    personal = [each.event for each in deliveries if each.endpoint.with_personal_data]
    customers, companies = _people(Customer, "customer", personal), _people(Company, "company", personal)
    for each in deliveries:
        data = each.event.data
        if each.endpoint.with_personal_data:
            data = _with(_with(data, "customer", customers), "company", companies)
        yield each, _message(each, body_of(each.event, data), at)


def body_of(event: Event, data: dict[str, Any], indent: int | None = None) -> str:
    """As it is sent; with `indent`, for people."""
    told = {"type": event.type, "timestamp": instant_text(event.at), "data": data}
    return json.dumps(told, indent=indent, separators=None if indent else (",", ":"))


def _message(delivery: Delivery, body: str, at: datetime) -> Message | None:
    endpoint = delivery.endpoint
    try:
        headers = signing.headers(endpoint, delivery.event.event_id, at, body)
    except signing.SecretUnreadable:
        return None
    return Message(endpoint.url, headers, body.encode(), rules_for(endpoint.allow_private))


def _people(model: type[Model], name: str, events: Iterable[Event]) -> _People:
    ids = {told["id"] for event in events if (told := event.data.get(name)) is not None}
    rows = model._default_manager.filter(pk__in=ids).values("pk", "name", "email") if ids else ()
    return {row["pk"]: {"name": row["name"], "email": row["email"]} for row in rows}


def _with(data: dict[str, Any], name: str, people: _People) -> dict[str, Any]:
    """Who is gone has no name any more."""
    told = data.get(name)
    return data if told is None else data | {name: told | people.get(told["id"], {"name": None, "email": None})}
