"""Letters with links to cards, where this hub writes any."""

from contextlib import suppress
from datetime import datetime

from hub.errors import HubError
from hub.letters import card_link
from hub.mail.queries import can_send
from hub.members.models import Customer

__all__ = ["can_send", "send_card_link"]


def send_card_link(customer: Customer, at: datetime) -> None:
    """Whoever asks is told the same, also where nothing can be written to that address."""
    with suppress(HubError):
        card_link.send_card_link(customer, at)
