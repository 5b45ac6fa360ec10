"""The letters that there are. Their values are kept in the outbox: they do not change."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    CARD_LINK = "card_link", _("Link to their card")
    SIGN_IN_CODE = "sign_in_code", _("Code to sign in")
    SIGN_IN_CHANGED = "sign_in_changed", _("Sign-in was changed")
    INVITATION = "invitation", _("Invitation to a company")
    JOINED = "joined", _("Welcome to somebody who has joined")
    CANCELLED = "cancelled", _("Cancellation confirmed")
    PAYMENT_FAILED = "payment_failed", _("Payment failed")
    PAYMENT_RECEIVED = "payment_received", _("Payment received")
    EXPIRING = "expiring", _("Membership ends soon")
    RECEIPT = "receipt", _("Receipt")


WISH_OF: Final = {Kind.EXPIRING: "expiring", Kind.RECEIPT: "receipts"}
"""By which field of LetterWishes somebody wants them or not; the others were asked for, each."""
