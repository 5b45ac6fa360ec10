"""The organization's own websites: who may show our pages in a frame, whose visitors are known here, and by which
keys they say so. Only the files of operations and `using.py` beside this one write them.

"Site" is a word for a place: what stands in the web is always a website.
"""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.members.models import Customer

NAME_LETTERS_MAX = 100
SUB_LETTERS_MAX = 255


class Website(models.Model):
    """`public_id` stands in addresses and as `iss` in its tokens. `origins`: as `origins.py` writes them.

    What was seen of it last: `framed_at` our page in its frame, `used_at` a token that counted, `refused_at` one
    that did not, with its error's code. Each is written at most once a minute.
    """

    AUDIT_HIDDEN: ClassVar = ("framed_at", "used_at", "refused_at", "refused_code")

    public_id = models.CharField(max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=NAME_LETTERS_MAX)
    origins = models.JSONField(_("allowed origins"), default=list)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField()
    framed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    refused_code = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["name", "id"]
        default_permissions = ()
        permissions: ClassVar = [("manage_websites", "Can add, change and remove websites and their keys")]
        verbose_name = _("website")

    def __str__(self) -> str:
        return self.name


class WebsiteKey(models.Model):
    """What a website signs its tokens with, known by its `kid`. `until` None: it counts until somebody ends it.

    Of EdDSA we have the public half alone; an HS256 secret is encrypted, and gone when it is revoked.
    """

    class Algorithm(models.TextChoices):
        EDDSA = "EdDSA", "Ed25519"
        HS256 = "HS256", "HS256"

    AUDIT_HIDDEN: ClassVar = ("used_at",)

    website = models.ForeignKey(Website, models.CASCADE, related_name="keys")
    kid = models.CharField(max_length=32, unique=True)
    algorithm = models.CharField(max_length=8, choices=Algorithm.choices)
    public_key = models.BinaryField(max_length=32, default=b"")
    secret_encrypted = models.BinaryField(max_length=256, default=b"")
    made_at = models.DateTimeField()
    until = models.DateTimeField(_("until"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]
        default_permissions = ()
        verbose_name = _("website key")

    def __str__(self) -> str:
        return f"{self.kid} of {self.website}"

    def counts(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.until is None or at < self.until)


class UsedToken(models.Model):
    """A token that has been used, by the SHA-256 of its `jti`, until it would count no longer anyway."""

    website = models.ForeignKey(Website, models.CASCADE, related_name="+", db_index=False)
    jti_hash = models.BinaryField(max_length=32)
    until = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["website", "jti_hash"], name="website_token_used_once")
        ]


class Subject(models.Model):
    """Whom a website calls `sub`: always the same customer."""

    website = models.ForeignKey(Website, models.CASCADE, related_name="subjects", db_index=False)
    sub = models.CharField(_("name there"), max_length=SUB_LETTERS_MAX)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="subjects")
    bound_at = models.DateTimeField()
    is_proved = models.BooleanField(_("address proved"), default=False)
    """Whether they proved the customer's address as they were bound."""

    class Meta:
        ordering: ClassVar = ["-bound_at", "-id"]
        default_permissions = ()
        verbose_name = _("visitor of a website")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["website", "sub"], name="website_subject_once"),
            models.CheckConstraint(condition=~models.Q(sub=""), name="website_subject_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.sub} at {self.website}"
