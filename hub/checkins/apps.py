from itertools import islice
from typing import Any

from django.apps import AppConfig
from django.db import transaction

_STEPS_AT_ONCE = 10
"""While somebody waits for a page; what is left after these 10,000 check-ins comes with the worker's next hour."""


class CheckInsConfig(AppConfig):
    name = "hub.checkins"
    label = "checkins"
    verbose_name = "Check-ins"

    def ready(self) -> None:
        from hub.members.signals import limits_changed  # noqa: PLC0415 (apps are ready only now)
        from hub.partners.signals import partner_going  # noqa: PLC0415

        limits_changed.connect(_limits_changed, dispatch_uid="checkins")
        partner_going.connect(_partner_going, dispatch_uid="checkins")


def _limits_changed(**_: object) -> None:
    """Once the plans are committed, in transactions of its own: there may be many uses."""
    transaction.on_commit(_realign)


def _partner_going(partner: Any, **_: object) -> None:
    from hub.checkins.keeping import keep_used  # noqa: PLC0415 (models are there only now)

    keep_used(partner)


def _realign() -> None:
    from django.utils import timezone  # noqa: PLC0415

    from hub.checkins.uses import realign_uses  # noqa: PLC0415 (models are there only now)

    for _ in islice(realign_uses(timezone.now()), _STEPS_AT_ONCE):
        pass
