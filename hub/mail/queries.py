"""What the outbox holds, and whether there is one at all. Reads only."""

from django.conf import settings

from hub.mail.models import Mail


def can_send() -> bool:
    """Whether the hub was told by what way letters leave it."""
    return settings.ENVIRONMENT.mail is not None


def mails_to(customer: int, most: int) -> list[Mail]:
    """The newest first, without what is in them."""
    return list(Mail.objects.filter(customer=customer).defer("sealed")[:most])
