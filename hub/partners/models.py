"""Partners, and how they are known: by links on their phones, by users of their own. Only the files of operations
beside this one write them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.members.validators import printable, slug_as_in


class Partner(models.Model):
    """Who redeems benefits. Readers and plans name it by its slug."""

    slug = models.CharField(
        max_length=32,
        unique=True,
        validators=[slug_as_in("wine-bar")],
        help_text=gettext_lazy("As in wine-bar. Edges name it in edge.toml, so it cannot be changed later."),
    )
    name = models.CharField(max_length=200, validators=[printable])
    active = models.BooleanField(
        default=True,
        help_text=gettext_lazy("Where it is not, benefits for approved partners cannot be redeemed there."),
    )

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class PartnerLink(models.Model):
    """Whoever has its secret scans as this partner, on any phone, until it is revoked. Known by the hash of the
    secret alone."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="links")
    label = models.CharField(
        max_length=100, validators=[printable], help_text=gettext_lazy("Where it is used, as in bar phone.")
    )
    secret_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    """Written once an hour at most."""
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return _("Link “%(label)s” of %(partner)s") % {"label": self.label, "partner": self.partner}


class PartnerUser(models.Model):
    """A user who belongs to one partner. It counts while their role is "partner"."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="partner_user"
    )
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="users")

    class Meta:
        verbose_name = "partner's user"
        default_permissions = ()
        permissions = [
            ("redeem_here", gettext_lazy("Can check members in at their own partner")),
            ("view_own_figures", gettext_lazy("Can view figures of their own partner")),
        ]

    def __str__(self) -> str:
        return self.user.get_full_name() or self.user.get_username()
