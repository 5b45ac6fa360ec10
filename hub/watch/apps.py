from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "hub.watch"
    label = "watch"
    verbose_name = "Watching the fleet"
