"""An owner at webhooks in a real Chromium: adds an endpoint, sends a test, sees what became of it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from hub.webhooks.models import Delivery, Endpoint
from tests.hub.receiver import receiving
from tests.hub.walks.visitor import NARROW, WIDE, Visitor
from tests.hub.webhook_drafts import queue_many
from tests.hub.webhook_queue import an_endpoint, delivering, now


@pytest.fixture
def visitor(chromium: Visitor, owner: User) -> Iterator[Visitor]:
    with chromium.at_work(owner) as visitor:
        yield visitor


def test_an_endpoint_is_added_and_tried(visitor: Visitor) -> None:
    with receiving(code=500, answer=b"out of order") as receiver, delivering() as deliverer:
        visitor.open("/desk/webhooks/")
        visitor.click("Add an endpoint")
        visitor.sees("Address")
        visitor.write("#id_name", "Website")
        visitor.write("#id_url", receiver.url)
        visitor.look("document.querySelectorAll('[name=event_types]').forEach(e => e.click())")
        visitor.keep("webhook_new")
        visitor.fits()
        visitor.click("Save")
        visitor.sees("it is shown this once")
        visitor.click("Done")
        visitor.sees("It takes what is sent")
        visitor.click("Send a test event")
        visitor.sees("is on its way")
        deliverer.until_idle()
        number = Endpoint.objects.get().pk
        visitor.open(f"/desk/webhooks/{number}/")
        visitor.sees("It takes nothing at the moment")
        visitor.sees("Is tried again")
        visitor.click("webhook.test")
        visitor.sees("out of order")
        visitor.keep("webhook_delivery")


@pytest.mark.parametrize(("width", "dark"), [(WIDE, False), (NARROW, False), (WIDE, True)])
def test_the_pages_fit(visitor: Visitor, width: int, dark: bool) -> None:
    endpoint = an_endpoint(with_personal_data=True)
    queue_many(6)
    first, second, *_ = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(state="delivered", code=200, attempts=1)
    Delivery.objects.filter(pk=second.pk).update(state="failed", attempts=10, error="no_such_host")
    Endpoint.objects.update(failing_since=now() - timedelta(days=1))
    visitor.wears(width, dark)
    for name, path in (
        ("list", "/desk/webhooks/"),
        ("endpoint", f"/desk/webhooks/{endpoint.pk}/"),
        ("delivery", f"/desk/webhook-deliveries/{second.pk}/"),
    ):
        visitor.open(path)
        visitor.fits()
        visitor.keep(f"webhooks_{name}_{width}{'_dark' if dark else ''}")
