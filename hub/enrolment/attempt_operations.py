"""The brake on attempts to enrol: counted before anything is looked at, by hashes of what they name and came from.

No code can be guessed; this keeps strangers from making the hub work. Who names a code that there is, is braked by
that code alone: no stranger's failures hold an edge up, and its own request again and again does not cost more.
"""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from contract.enrolment import code_asked
from contract.enrolment_code import EnrolError
from hub.enrolment.models import EnrolAttempt, EnrolmentCode

WINDOW: Final = timedelta(minutes=15)
MAX_ADDRESS: Final = 20
MAX_CODE: Final = 20
"""An edge asks once, and again where the answer was lost."""
MAX_STRANGERS: Final = 1_000
"""From all addresses together: a write for each is all that a flood costs, until it costs nothing."""
_OF_CODE: Final = "code:"
_NETWORK_BITS: Final = 64
"""Of an IPv6 address: what one customer of a provider is given at least (RFC 6177)."""


def begin(address: str, request: bytes, at: datetime) -> bool:
    """Counts an attempt; False: there were too many within WINDOW, look at nothing."""
    code = _code_named(request, at)
    with transaction.atomic():
        EnrolAttempt.objects.filter(at__lte=at - WINDOW).delete()
        if code is not None:
            where, most = _OF_CODE + _hash(code.hex())[: -len(_OF_CODE)], MAX_CODE
        else:
            where, most = _hash(_network(address)), MAX_ADDRESS
            if EnrolAttempt.objects.exclude(where_hash__startswith=_OF_CODE).count() >= MAX_STRANGERS:
                return False
        if EnrolAttempt.objects.filter(where_hash=where).count() >= most:
            return False
        EnrolAttempt.objects.create(where_hash=where, at=at)
    return True


def _code_named(request: bytes, at: datetime) -> bytes | None:
    """The id of the code that the request names, if there is one that has not lapsed."""
    try:
        code_id = code_asked(request)
    except EnrolError:
        return None
    return code_id if EnrolmentCode.objects.filter(code_id=code_id, until__gt=at).exists() else None


def _network(address: str) -> str:
    """Whose an address is: who has one of IPv6 has 2**64 of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found, _NETWORK_BITS), strict=False))


def _hash(text: str) -> str:
    return salted_hmac("hub.enrolment", text, algorithm="sha256").hexdigest()
