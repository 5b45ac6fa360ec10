from django.apps import AppConfig


class WebsitesConfig(AppConfig):
    name = "hub.websites"
    label = "websites"
    verbose_name = "Websites"

    def ready(self) -> None:
        from hub.members.signals import mailbox_proved  # noqa: PLC0415 (models are there only now)
        from hub.websites.subject_operations import part_unproved  # noqa: PLC0415

        mailbox_proved.connect(part_unproved, dispatch_uid="websites")
