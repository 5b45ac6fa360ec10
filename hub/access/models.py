"""One-time links: by one of them somebody chooses a password. Only the operations of this folder write them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _


class Cached(models.Model):
    """What the hub's processes remember together, as JSON: hub/access/shared_cache.py writes it."""

    key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class OneTimeLink(models.Model):
    """The one link of a user, known by the hash of its secret. It goes when it is used, or another one is made."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="one_time_link"
    )
    secret_hash = models.BinaryField(max_length=32, unique=True)
    until = models.DateTimeField()

    class Meta:
        default_permissions = ()
        permissions = [
            ("manage_users", "Can invite users, change their roles and deactivate them"),
            ("manage_tokens", "Can make and revoke API tokens"),
            ("manage_webhooks", "Can add, change and remove webhooks"),
        ]

    def __str__(self) -> str:
        return _("one-time link for %(user)s") % {"user": self.user}
