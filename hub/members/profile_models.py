"""What staff know of a customer or a company beyond what doors go by: photo and notes. None of it is in any feed.

Only profile_operations.py beside this file writes them.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NOTE_MAX = 4_000


class CustomerPhoto(models.Model):
    """Kept in the database, so that one backup holds everything: a JPEG that we have made ourselves."""

    AUDIT_HIDDEN = ("digest",)

    customer = models.OneToOneField("members.Customer", models.CASCADE, related_name="photo")
    jpeg = models.BinaryField()
    digest = models.CharField(max_length=16)
    """Changes with the picture: it stands in its address, so that browsers may keep it for ever."""

    def __str__(self) -> str:
        return _("Photo of %(customer)s") % {"customer": self.customer}


class _Note(models.Model):
    # The log outlives a note that is deleted.
    AUDIT_HIDDEN = ("text",)

    text = models.TextField(max_length=NOTE_MAX)
    written_at = models.DateTimeField("written")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    by_themselves = models.BooleanField(default=False)
    """Whom it is about said it, as they joined."""

    class Meta:
        abstract = True
        ordering = ["-written_at", "-id"]


class CustomerNote(_Note):
    customer = models.ForeignKey("members.Customer", models.CASCADE, related_name="notes")

    def __str__(self) -> str:
        return _("Note on %(customer)s") % {"customer": self.customer}


class CompanyNote(_Note):
    company = models.ForeignKey("members.Company", models.CASCADE, related_name="notes")

    class Meta(_Note.Meta):
        verbose_name = gettext_lazy("note on a company")

    def __str__(self) -> str:
        return _("Note on %(company)s") % {"company": self.company}
