from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "hub.desk"
    label = "desk"
    verbose_name = "Desk"
