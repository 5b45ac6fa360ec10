from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "hub.letters"
    label = "letters"
    verbose_name = "Letters"

    def ready(self) -> None:
        from hub.members.signals import customers_changed  # noqa: PLC0415 (apps are ready only now)

        customers_changed.connect(_customers_changed, dispatch_uid="letters")


def _customers_changed(customers: Iterable[Any], **_: object) -> None:
    from hub.letters.card_link import forget_astray  # noqa: PLC0415 (models are there only now)

    forget_astray(customers)
