"""Somebody on their way to a membership: what is known of them by now. Only the files of operations beside this
one write it.

A flow is known by the hash of its secret, lasts two hours, and says nothing of anybody once it has ended. Which
step is next is computed of what is known (steps.py), never stored.
"""

from typing import ClassVar

from django.db import models

from hub.members.models import Customer, Membership, Plan
from hub.websites.models import Website

_ADDRESS_LETTERS = 254


class Flow(models.Model):
    """`website` None: on the hub's own pages. `sub`: the website's visitor, by a token that counted; `hint_email`
    and `hint_name` are what it says of them, and prove nothing.

    `code_state` and `code_email`: of the code that is on its way. `proved_email`: the mailbox that was proved in
    this flow; `offered`: who can say that it is them. `customer`: who it is for; `is_new`: somebody who was not
    here before. `said`: what the fields were filled with.
    """

    secret_hash = models.BinaryField(max_length=32, unique=True)
    website = models.ForeignKey(Website, models.CASCADE, null=True, related_name="+")
    plan = models.ForeignKey(Plan, models.CASCADE, null=True, related_name="+")
    began_at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)
    sub = models.CharField(max_length=255, blank=True, default="")
    hint_email = models.CharField(max_length=_ADDRESS_LETTERS, blank=True, default="")
    hint_name = models.CharField(max_length=200, blank=True, default="")
    code_state = models.BinaryField(max_length=64, default=b"")
    code_email = models.CharField(max_length=_ADDRESS_LETTERS, blank=True, default="")
    proved_how = models.CharField(max_length=16, blank=True, default="")
    proved_email = models.CharField(max_length=_ADDRESS_LETTERS, blank=True, default="")
    proved_at = models.DateTimeField(null=True)
    offered = models.JSONField(default=list)
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="+")
    is_new = models.BooleanField(default=False)
    said = models.JSONField(null=True)
    way = models.CharField(max_length=16, blank=True, default="")
    membership = models.ForeignKey(Membership, models.CASCADE, null=True, related_name="+")
    told_at = models.DateTimeField(null=True)
    """When they were written to that they have joined."""

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(
                fields=["membership"],
                condition=models.Q(membership__isnull=False, told_at=None),
                name="flow_not_told",
            )
        ]

    def __str__(self) -> str:
        return f"flow {self.pk}"

    @property
    def is_proved(self) -> bool:
        """Not after a step back: which mailbox was proved, and when, is still known then."""
        return bool(self.proved_how)
