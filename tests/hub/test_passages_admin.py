"""Staff let somebody in again who went out unseen."""

import secrets
from datetime import UTC, datetime

from django.contrib.auth.models import Permission as Right
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from contract.ask import Direction
from contract.facts import Passage
from contract.feed import Kind, passage_key
from contract.rows import passage_change, passage_of
from hub.feed import operations as feed
from hub.feed import queries as feeds
from hub.feed.operations import EVERYONE
from hub.members import operations
from hub.members.models import Customer
from tests.hub.conftest import Database
from tests.hub.staff_pages import address, history

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def last_passage(customer: Customer) -> Direction:
    key = passage_key(customer.pk, "sauna")
    return passage_of(key, feeds.live_bodies(EVERYONE, Kind.PASSAGE)[key]).direction


def test_staff_count_somebody_as_outside(sqlite_database: Database) -> None:
    inside, elsewhere = operations.add_customers(
        [Customer(name="Member with a day plan"), Customer(name="Member")]
    )
    with transaction.atomic():
        into = Passage(secrets.token_bytes(16), inside.pk, "sauna", Direction.IN, AT)
        feed.append(EVERYONE, [passage_change(into)])
    chosen = {"action": "reset_passages", "_selected_action": [inside.pk, elsewhere.pk]}
    client = Client(SERVER_NAME="localhost")
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Right.objects.get(codename="view_customer"))
    client.force_login(clerk)
    client.post(address(Customer, "changelist"), chosen)
    assert last_passage(inside) is Direction.IN
    client.force_login(User.objects.create_superuser("owner"))
    said = client.post(address(Customer, "changelist"), chosen, follow=True).content.decode()
    assert "Customers who count as outside now: 1." in said
    assert last_passage(inside) is Direction.OUT
    assert history(inside) == ["Counts as outside of every area."]
    assert history(elsewhere) == []
