"""The project's own app: the commands that no single room owns."""

from django.apps import AppConfig


class HubConfig(AppConfig):
    name = "hub"
    label = "hub"
    verbose_name = "Doorward"
