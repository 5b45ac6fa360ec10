from typing import Any

from django.apps import AppConfig


class WebsitesConfig(AppConfig):
    name = "hub.websites"
    label = "websites"
    verbose_name = "Websites"

    def ready(self) -> None:
        from hub.members.signals import mailbox_proved  # noqa: PLC0415 (models are there only now)

        mailbox_proved.connect(_mailbox_proved, dispatch_uid="websites")


def _mailbox_proved(**proved: Any) -> None:
    from hub.websites.subject_operations import part_unproved  # noqa: PLC0415 (what tokens need takes its time)

    part_unproved(**proved)
