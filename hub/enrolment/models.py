"""Enrolment codes, and attempts to use one. Only the operations of this folder write them."""

from django.db import models
from django.utils.translation import gettext as _

from contract.keys import KEY_ID_BYTES

HASH_BYTES = 32


class EnrolmentCode(models.Model):
    """The one code of an edge. It is found by `code_id`; its secret is encrypted under card.key.

    `used_by` is the digest of the request that used it at `used_at`, `enrolment` the edge's enrolment that this
    was, `certificate` (DER) and `orders_epoch` what it got: the same request again gets the same.
    """

    edge = models.OneToOneField("fleet.Edge", models.CASCADE, primary_key=True, related_name="enrolment_code")
    code_id = models.BinaryField(max_length=HASH_BYTES, unique=True)
    secret_encrypted = models.BinaryField(max_length=64)
    fingerprint = models.BinaryField(max_length=KEY_ID_BYTES)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    used_by = models.BinaryField(max_length=HASH_BYTES, null=True)
    used_at = models.DateTimeField(null=True)
    enrolment = models.PositiveIntegerField(null=True)
    certificate = models.BinaryField(max_length=4_096, null=True)
    orders_epoch = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return _("code for %(edge)s") % {"edge": self.edge}


class EnrolAttempt(models.Model):
    """An attempt, counted by the hash of the address it came from, or of the code that it named."""

    where_hash = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(db_index=True)
