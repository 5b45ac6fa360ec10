"""Partners. Only hub/partners/operations.py writes them."""

from django.db import models
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
