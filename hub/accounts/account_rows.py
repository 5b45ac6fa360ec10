"""A customer's account, made as it is needed. For the operations beside this file, in their transactions."""

import secrets
from typing import Final

from hub.accounts.models import Account
from hub.members.models import Customer

_HANDLE_BYTES: Final = 32


def account_of(customer: Customer) -> Account:
    """Held until the transaction ends."""
    # Whoever makes one for the same customer waits here.
    Customer.objects.select_for_update().get(pk=customer.pk)
    made = {"handle": secrets.token_bytes(_HANDLE_BYTES)}
    Account.objects.get_or_create(customer=customer, defaults=made)
    return Account.objects.select_for_update().select_related("customer").get(customer=customer)
