from typing import Any

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "hub.members"
    label = "members"
    verbose_name = "Members"

    def ready(self) -> None:
        from hub.feed.signals import customers_came  # noqa: PLC0415 (apps are ready only now)

        customers_came.connect(_customers_came, dispatch_uid="members")


def _customers_came(feed_name: str, customers: frozenset[bytes], **_: Any) -> None:
    from hub.members.rotating_operations import bring_salts  # noqa: PLC0415 (models are there only now)

    bring_salts(feed_name, customers)
