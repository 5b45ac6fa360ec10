from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "hub.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from hub.accounts.request_operations import settle_kept  # noqa: PLC0415 (models are there only now)
        from hub.members.signals import taken_back  # noqa: PLC0415

        taken_back.connect(settle_kept, dispatch_uid="accounts")
