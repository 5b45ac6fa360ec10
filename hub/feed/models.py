"""A feed and its rows. Only hub/feed/operations.py writes them."""

from django.db import models


class Feed(models.Model):
    """`digest` is the set digest over the live rows at `sequence`; `epoch` its beginning in Unix milliseconds."""

    name = models.CharField(max_length=32, unique=True)
    epoch = models.BigIntegerField()
    sequence = models.BigIntegerField(default=0)
    digest = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return self.name


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
