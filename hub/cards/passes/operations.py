"""Passes given out, and phones that ask to be told of their changes. What they are told waits in their rows
(waiting.py); what changed is found by updating.py.
"""

import secrets
from datetime import datetime
from typing import Final

from django.db import transaction

from hub.cards.models import Device, Registration, WalletPass
from hub.cards.passes.facts import shown_of
from hub.cards.passes.waiting import ask
from hub.members.models import Card

DEVICES_MAX: Final = 20
"""Of one pass: somebody's phones and watches, old and new. Beyond, the oldest is told no more."""


def give_pass(card: Card, wallet: WalletPass.Wallet, at: datetime) -> WalletPass:
    """The card's one pass in this wallet, made the first time; Google is told of it at once.

    hub.members.codes.CodeUnreadable.
    """
    shown = shown_of(card, at)
    with transaction.atomic():
        new = {
            "customer": card.customer_id,
            "serial": secrets.token_hex(16),
            "shown": shown.facts.digest(),
            # Once more soon: it may be changing just now.
            "look_at": at,
            "changed_at": at.replace(microsecond=0),
        }
        wallet_pass, _made = WalletPass.objects.get_or_create(card=card, wallet=wallet, defaults=new)
        if wallet == WalletPass.Wallet.GOOGLE:
            ask(WalletPass.objects.filter(pk=wallet_pass.pk), at)
    return wallet_pass


def register(wallet_pass: WalletPass, library_id: str, push_token: str) -> bool:
    """Whether it is new. A phone's token may have changed: of this pass the latest counts. What others of its
    passes are told by stays, since anybody with a pass may say that they are this phone."""
    theirs = Registration.objects.filter(wallet_pass=wallet_pass)
    with transaction.atomic():
        before = Device.objects.filter(library_id=library_id, passes=wallet_pass).first()
        waits = {} if before is None else {"asked_at": before.asked_at, "next_at": before.next_at}
        device, _made = Device.objects.get_or_create(waits, library_id=library_id, push_token=push_token)
        theirs.filter(device__library_id=library_id).exclude(device=device).delete()
        Registration.objects.get_or_create(device=device, wallet_pass=wallet_pass)
        oldest = list(theirs.order_by("-pk").values_list("pk", flat=True)[DEVICES_MAX:])
        theirs.filter(pk__in=oldest).delete()
        Device.objects.filter(registrations=None).delete()
    return before is None


def unregister(wallet_pass: WalletPass, library_id: str) -> None:
    """Who asks for nothing more is forgotten, and so is what nobody has."""
    with transaction.atomic():
        Registration.objects.filter(device__library_id=library_id, wallet_pass=wallet_pass).delete()
        Device.objects.filter(library_id=library_id, registrations=None).delete()
        WalletPass.objects.filter(pk=wallet_pass.pk, card=None, registrations=None).delete()


def forget_device(device: Device) -> None:
    """Its push token counts no more: the pass was taken off it."""
    with transaction.atomic():
        device.delete()
        WalletPass.objects.filter(wallet=WalletPass.Wallet.APPLE, card=None, registrations=None).delete()
