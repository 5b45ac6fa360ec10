"""Links to members' own card pages; cards in phones' wallets are in pass_models.py. Only the files of operations
beside this one write them.
"""

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.cards.pass_models import Device, PassProgress, Registration, WalletPass

__all__ = ["CardLink", "Device", "PassProgress", "Registration", "WalletPass"]


class CardLink(models.Model):
    """Whoever has its secret sees this customer's cards, on any phone, until it is revoked. Known by the hash of
    the secret alone."""

    customer = models.ForeignKey("members.Customer", models.CASCADE, related_name="card_links")
    secret_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    """When a phone first took it."""
    revoked_at = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True)
    """When its member last signed in or proved on this phone who they are; null: a link that was shown or sent,
    which may be open on several phones."""
    label = models.CharField(max_length=60, blank=True)
    """What kind of phone and browser took it first, as it said of itself."""
    seen_at = models.DateTimeField(null=True)
    """When a phone last showed it, about."""

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        permissions = [("send_link", gettext_lazy("Can send members the links to their cards"))]

    def __str__(self) -> str:
        return _("Link %(number)s to the cards of %(customer)s") % {"number": self.pk, "customer": self.customer}
