"""Members' accounts. Only the files of operations beside this one write them.

Secrets are known by their hashes; passwords by Django's hashers, codes by an HMAC under the hub's key, since of
eight digits a plain hash says which they are.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _

from hub.accounts.request_models import MemberRequest

__all__ = ["Account", "Ceremony", "CompanyInvitation", "HandedCode", "MemberRequest", "Passkey", "SignInCode"]


class Account(models.Model):
    """What a customer signs in with, beside their mailbox. Of who has none, the mailbox alone counts."""

    AUDIT_HIDDEN: ClassVar = ("password",)

    customer = models.OneToOneField("members.Customer", models.CASCADE, primary_key=True, related_name="account")
    handle = models.BinaryField(max_length=32, unique=True)
    """What passkeys know the customer by: random, so that it says nothing."""
    password = models.CharField(max_length=128, blank=True)
    password_set_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return _("Account of %(customer)s") % {"customer": self.customer}


class Passkey(models.Model):
    AUDIT_HIDDEN: ClassVar = ("sign_count", "used_at")

    customer = models.ForeignKey("members.Customer", models.CASCADE, related_name="passkeys")
    credential_id = models.BinaryField(max_length=1023, unique=True)
    credential = models.BinaryField()
    """Id and public key, as WebAuthn has them (attested credential data)."""
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return _("Passkey %(name)s of %(customer)s") % {"name": self.name, "customer": self.customer}


class SignInCode(models.Model):
    """One for an address: the newest alone counts, once. It goes with the next one that is made when its time is
    over."""

    address = models.CharField(max_length=254, unique=True)
    state_hash = models.BinaryField(max_length=32, unique=True)
    code_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"code {self.pk}"


class HandedCode(models.Model):
    """By staff, for one customer: the newest alone counts, once. `used_state`: of the page that told it."""

    customer = models.OneToOneField(
        "members.Customer", models.CASCADE, primary_key=True, related_name="handed_code"
    )
    code_hash = models.BinaryField(max_length=32, db_index=True)
    made_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    used_state = models.BinaryField(max_length=32, default=b"")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"code handed to {self.customer_id}"


class Ceremony(models.Model):
    """What is remembered between two steps of one: a passkey's challenge, or what was proved. It goes as it is
    used."""

    state_hash = models.BinaryField(max_length=32, unique=True)
    kind = models.CharField(max_length=16)
    said = models.JSONField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class CompanyInvitation(models.Model):
    """Open until it is accepted, revoked, or too old; while it is, it holds a seat. Accepted, it has no `address`
    any more: its customer has."""

    company = models.ForeignKey("members.Company", models.CASCADE, related_name="invitations")
    address = models.CharField(max_length=254)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey("members.Customer", models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey("members.Customer", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return _("Invitation to %(company)s") % {"company": self.company}

    def concerns(self) -> tuple[int | None, int | None]:
        """For the audit log: whom it is sent to stands in no customer's past but theirs who accepts."""
        return self.accepted_by_id, self.company_id
