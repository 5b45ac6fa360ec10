"""docs/webhooks.md: each event is there, and its examples have the fields that are sent."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from hub.checkins import operations as checkins
from hub.members import operations
from hub.members.models import Company, Link, Membership
from hub.webhooks.edges_away import draft_of
from hub.webhooks.event_types import EventType
from hub.webhooks.messages import body_of
from hub.webhooks.models import Event
from tests.hub.conftest import Database
from tests.hub.scans import AT, batch, checkin, journal_rows, small_club
from tests.hub.webhook_queue import an_endpoint, collect, events, now, started

TEXT = Path("docs/webhooks.md").read_text("utf-8")


def shape(value: Any) -> Any:
    """Its fields, without what they hold."""
    return {name: shape(each) for name, each in value.items()} if isinstance(value, dict) else ...


def examples() -> dict[str, Any]:
    told = [json.loads(found) for found in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
    return {each["type"]: each for each in told}


def test_every_event_is_there() -> None:
    for each in EventType:
        assert f"`{each.value}`" in TEXT, each
    assert set(examples()) <= {each.value for each in EventType}


def test_the_examples_are_as_what_is_sent(database: Database) -> None:
    an_endpoint()
    collecting = started()
    club = small_club()
    operations.save_link(Link(customer=club.customer, company=operations.save_company(Company(name="One"))))
    held = Membership.objects.get()
    held.ends_at = now() + timedelta(days=1)
    operations.save_membership(held)
    denied = checkin(customer=club.customer.pk, membership=held.pk, outcome="denied", reason="expired")
    checkins.ingest([batch(b"j" * 16, journal_rows(denied))], AT + timedelta(hours=1))
    collect(collecting, held.ends_at)
    gone = draft_of(EventType.EDGE_OFFLINE, club.edge, AT, {"since": ""})
    sent = [*events(), Event(type=gone.type, at=gone.at, data=gone.data)]
    for event_type, example in examples().items():
        one = next(each for each in sent if each.type == event_type)
        assert shape(json.loads(body_of(one, one.data))) == _nullable(shape(example), one.data), event_type


def _nullable(wanted: Any, data: dict[str, Any]) -> Any:
    """A thing that is not there is null, in the example or here."""
    return wanted | {"data": {name: ... if data[name] is None else each for name, each in wanted["data"].items()}}
