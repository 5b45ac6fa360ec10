from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    name = "hub.access"
    label = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        # Models are there only now. Both listen: a session begun before the first request has its beginning too.
        from hub.access import factor_log, session_age_middleware  # noqa: F401, PLC0415
        from hub.access.second_factor import check_roles  # noqa: PLC0415

        check_roles()
        post_migrate.connect(_keep_roles, sender=self, dispatch_uid="access")


def _keep_roles(using: str, **_: Any) -> None:
    from django.contrib.auth.management import create_permissions  # noqa: PLC0415 (models are there only now)

    from hub.access.roles import keep_roles  # noqa: PLC0415

    # Those of apps further down the list would be made only after this.
    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0, using=using)
    keep_roles()
