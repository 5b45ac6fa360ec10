from django.apps import AppConfig


class JoiningConfig(AppConfig):
    name = "hub.joining"
    label = "joining"
    verbose_name = "Joining"
