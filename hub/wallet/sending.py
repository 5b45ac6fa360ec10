"""Letters with links to cards, where this hub writes any."""

from datetime import datetime

from hub.members.models import Customer


def can_send() -> bool:
    """No letters are written yet."""
    return False


def send_card_link(customer: Customer, at: datetime) -> None:
    raise NotImplementedError
