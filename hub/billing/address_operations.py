"""Where a provider writes to who pays: it is told of each address that is another one than it was told of last,
whoever changed it here. An address that is gone here stays there.
"""

import logging
from typing import Any, Final

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from hub.billing.models import BillingAccount
from hub.billing.port import Provider, ProviderRefused

_AT_ONCE: Final = 20
_LOG: Final = logging.getLogger("hub.billing")


def tell_addresses(asked: Provider) -> int:
    """How many were told; some at once. ProviderAway: the rest is told later."""
    found = list(_untold(asked.name)[:_AT_ONCE])
    for account in found:
        _tell(asked, account, account.email)
    return len(found)


def _untold(provider: str) -> QuerySet[Any]:
    email = Coalesce("customer__email", "company__email")
    known = BillingAccount.objects.filter(provider=provider).annotate(email=email)
    return known.exclude(email="").exclude(told_email=F("email")).order_by("pk")


def _tell(asked: Provider, account: BillingAccount, email: str) -> None:
    try:
        asked.tell_address(account.reference, email)
    except ProviderRefused:
        # It would again. The log names nobody.
        _LOG.warning("a payer's address was refused: account %s", account.pk)
    BillingAccount.objects.filter(pk=account.pk).update(told_email=email)
