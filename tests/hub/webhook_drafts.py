"""Many events in the queue, without anything having happened."""

from django.db import transaction

from hub.webhooks.drafts import Draft
from hub.webhooks.event_types import EventType
from hub.webhooks.queueing import Wanted
from tests.hub.webhook_queue import now


def queue_many(count: int, first: int = 0) -> None:
    at = now()
    drafts = [
        Draft(EventType.CHECKIN_GRANTED, at, str(number), {"number": number})
        for number in range(first, first + count)
    ]
    with transaction.atomic():
        Wanted.now().queue(drafts, at)
