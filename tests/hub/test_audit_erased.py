"""Somebody is deleted: nothing that the hub keeps of what was done says any more who they were."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.test import Client

from hub.audit.models import Entry
from hub.members import operations
from hub.members.models import Card
from tests.hub.people import a_customer
from tests.hub.staff_pages import address

pytestmark = pytest.mark.usefixtures("database")


def test_not_in_what_went_to_somebody_else_nor_in_the_back_office(
    colleague: User, colleague_client: Client
) -> None:
    ann, bo = a_customer("Ann Arbor"), a_customer("Bo Berg")
    card = operations.issue_card(ann)
    LogEntry.objects.log_actions(colleague.pk, [ann], CHANGE, "Ann Arbor has moved.")
    colleague_client.post(address(Card, "changelist"), {"action": "make_rotating", "_selected_action": [card.pk]})
    assert LogEntry.objects.filter(object_repr__contains="Ann Arbor").count() == 2
    card = Card.objects.get(pk=card.pk)
    card.customer = bo
    operations.save_card(card)
    operations.delete_customers([ann])
    kept = str([list(Entry.objects.values_list()), list(LogEntry.objects.values_list())])
    assert "Ann Arbor" not in kept and "Bo Berg" in kept
    moved = Entry.objects.get(customer_id=bo.pk, action="changed")
    assert (moved.before, moved.after) == ({"customer": "erased"}, {"customer": f"Bo Berg (#{bo.pk})"})
