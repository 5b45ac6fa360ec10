"""The letters that there are. Their values are kept in the outbox: they do not change."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    CARD_LINK = "card_link", _("Link to their card")
