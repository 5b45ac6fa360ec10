"""What counts no more is kept no longer, also where nobody begins anything: codes, states between two pages, and
invitations with the addresses that they went to."""

from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from hub.accounts import code_operations, handed_operations
from hub.accounts.models import Ceremony, CompanyInvitation, HandedCode, SignInCode

_AT_ONCE: Final = 100


def forget_old(at: datetime) -> int:
    """How many went; 0: there are no more of them."""
    return sum(
        _forgotten(old)
        for old in (
            SignInCode.objects.filter(made_at__lte=at - code_operations.LASTS),
            HandedCode.objects.filter(made_at__lte=at - handed_operations.LASTS),
            Ceremony.objects.filter(until__lte=at),
            CompanyInvitation.objects.filter(until__lte=at),
        )
    )


def _forgotten(old: QuerySet) -> int:  # type: ignore[type-arg]
    ids = list(old.values_list("pk", flat=True)[:_AT_ONCE])
    return old.filter(pk__in=ids).delete()[0]
