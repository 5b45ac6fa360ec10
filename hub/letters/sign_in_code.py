"""The letter with a code by which somebody signs in, or joins; and the one that says that a sign-in was
changed."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from hub.accounts.code_operations import CodeAsked
from hub.cards.link_operations import make_link
from hub.errors import HubError
from hub.letters.kinds import Kind
from hub.letters.writing import written
from hub.mail.operations import queue
from hub.members.models import Customer

_LASTS: Final = timedelta(hours=1)
"""The code counts for ten minutes; the link beside it goes on."""
_HALF: Final = 4


def send_code(asked: CodeAsked, at: datetime, *, with_links: bool) -> None:
    """Nothing, where there is no code. `with_links`: each member with that address gets a letter with a link to
    their card beside the code; else one letter goes there, which says nothing of who is known.

    hub.mail.operations.NoMail, hub.mail.draft.BadLetter: nothing was sent.
    """
    if asked.code is None:
        return
    code = f"{asked.code[:_HALF]} {asked.code[_HALF:]}"
    with transaction.atomic():
        for customer in asked.customers if with_links else ():
            address = make_link(customer, at).address
            draft = written(Kind.SIGN_IN_CODE, customer, code=code, address=address)
            queue(draft, customer.email, Kind.SIGN_IN_CODE, at, customer=customer.pk, lasts=_LASTS)
        if not (with_links and asked.customers):
            draft = written(Kind.SIGN_IN_CODE, None, code=code, address="")
            queue(draft, asked.email, Kind.SIGN_IN_CODE, at, lasts=_LASTS)


def tell_changed(customer: Customer, what: str, at: datetime, to: str = "") -> None:
    """To whoever has the mailbox, in case it was not them. `what`: one of the words of the template. `to`: the
    address that they had before; empty: the one that they have. Where nothing can be written, nothing is."""
    address = to or customer.email
    if address:
        with suppress(HubError):
            draft = written(Kind.SIGN_IN_CHANGED, customer, what=what, at=at)
            queue(draft, address, Kind.SIGN_IN_CHANGED, at, customer=customer.pk)
