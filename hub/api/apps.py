from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "hub.api"
    label = "api"
    verbose_name = "API"

    def ready(self) -> None:
        from hub.access.signals import user_leaves  # noqa: PLC0415 (models are there only now)
        from hub.api.token_operations import revoke_tokens_of  # noqa: PLC0415

        user_leaves.connect(revoke_tokens_of, dispatch_uid="api")
