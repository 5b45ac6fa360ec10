"""How another system knows a thing of ours: what imports and integrators find it again by."""

from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.members.validators import printable

EXTERNAL_ID_MAX: Final = 100


class ExternalIdField(models.CharField):
    """Nothing is None, never an empty text: many things may have none, and no two the same."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value) or None

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(value) or None


def external_id() -> ExternalIdField:
    return ExternalIdField(
        max_length=EXTERNAL_ID_MAX,
        unique=True,
        null=True,
        blank=True,
        default=None,
        validators=[printable],
        help_text=_("As another system of yours knows it: imports and the API find it by this. Empty: none."),
    )
