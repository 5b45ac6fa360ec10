"""A feed, its rows, and their past. Only the operations files of this folder and history.py write them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy


class Feed(models.Model):
    """`digest` is the set digest over the live rows at `sequence`; `epoch` its beginning in Unix milliseconds.

    How the rows stood at `history_from_sequence`, and at any later sequence, is known; before that it is not.
    The tombstones up to `horizon` have left: who follows from before it may hold what is gone, and starts anew.
    `rotating`: it carries the secrets of rotating codes, since readers that follow it ask for them.
    One that is not everybody's may hold less: no names, only holders who are assigned to it, only rows of
    permissions and areas that are. What is not limited is not assigned either.
    """

    name = models.CharField(max_length=32, unique=True)
    epoch = models.BigIntegerField()
    sequence = models.BigIntegerField(default=0)
    digest = models.BinaryField(max_length=32)
    history_from_sequence = models.BigIntegerField(default=0)
    horizon = models.BigIntegerField(db_default=0)
    rotating = models.BooleanField(gettext_lazy("rotating codes"), default=False)
    with_names = models.BooleanField("names", default=True, db_default=True)
    all_holders = models.BooleanField("everybody", default=True, db_default=True)
    all_permissions = models.BooleanField(gettext_lazy("all permissions"), default=True, db_default=True)

    def __str__(self) -> str:
        return self.name


class Assignment(models.Model):
    """What a feed that holds less has: a holder (contract.feed's key of a customer or a company), a permission or
    an area (its slug)."""

    class What(models.TextChoices):
        HOLDER = "holder"
        PERMISSION = "permission"
        AREA = "area"

    pk = models.CompositePrimaryKey("feed", "what", "key")
    feed = models.ForeignKey(Feed, models.CASCADE, related_name="assignments", db_index=False)
    what = models.CharField(max_length=16, choices=What.choices)
    key = models.BinaryField(max_length=64)


class FeedRow(models.Model):
    """The last change of one thing; `body` NULL: it is gone, and edges that held it have to hear so."""

    pk = models.CompositePrimaryKey("feed", "kind", "key")
    # No foreign key in the database: every row is written under the feed's lock, and the check costs by the row.
    feed = models.ForeignKey(Feed, models.PROTECT, db_constraint=False, db_index=False)
    kind = models.SmallIntegerField()
    key = models.BinaryField(max_length=64)
    ref = models.BinaryField(max_length=64)
    body = models.BinaryField(null=True)
    sequence = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "sequence"], name="feed_row_sequence")]
        # From a customer to their cards, from a company to its people: the kinds of contract.feed, as numbers.
        indexes = [models.Index(fields=["feed", "ref"], condition=Q(kind__in=[1, 3]), name="feed_row_by_ref")]


class Epoch(models.Model):
    """One history of a feed. It has the rows of the one before it up to `began_at_sequence`, and none after.

    `asked_by`: the edge on whose word it began, at `began_at` of the hub's clock; "": on nobody's.
    """

    pk = models.CompositePrimaryKey("feed", "epoch")
    feed = models.ForeignKey(Feed, models.PROTECT, related_name="epochs", db_index=False)
    epoch = models.BigIntegerField()
    began_at_sequence = models.BigIntegerField()
    asked_by = models.CharField(max_length=32, db_default="")
    began_at = models.DateTimeField(null=True)


class SupersededRow(models.Model):
    """A live row as it was from `sequence` until just before `superseded_at_sequence`, when it changed or went.

    Tombstones are not kept: what has no row at a sequence was not there.
    """

    pk = models.CompositePrimaryKey("feed", "kind", "key", "sequence")
    feed = models.ForeignKey(Feed, models.PROTECT, db_constraint=False, db_index=False)
    kind = models.SmallIntegerField()
    key = models.BinaryField(max_length=64)
    ref = models.BinaryField(max_length=64)
    body = models.BinaryField()
    sequence = models.BigIntegerField()
    superseded_at_sequence = models.BigIntegerField()
    # The database's clock: only pruning reads it, to the day, and no rule of the domain needs an instant to save
    # a name or a plan. Every caller from the forms down would have to carry one for this alone.
    superseded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["feed", "superseded_at"], name="feed_superseded_by_age")]
