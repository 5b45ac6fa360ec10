from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "hub.letters"
    label = "letters"
    verbose_name = "Letters"

    def ready(self) -> None:
        from hub.billing.signals import paid_by_hand, payment_failed  # noqa: PLC0415 (apps are ready only now)
        from hub.letters import paying  # noqa: PLC0415
        from hub.members.signals import cancelled, customers_changed  # noqa: PLC0415

        customers_changed.connect(_customers_changed, dispatch_uid="letters")
        cancelled.connect(paying.confirm_cancelled, dispatch_uid="letters")
        payment_failed.connect(paying.tell_failed, dispatch_uid="letters")
        paid_by_hand.connect(paying.confirm_received, dispatch_uid="letters")


def _customers_changed(customers: Iterable[Any], **_: object) -> None:
    from hub.letters.card_link import forget_astray  # noqa: PLC0415 (models are there only now)

    forget_astray(customers)
