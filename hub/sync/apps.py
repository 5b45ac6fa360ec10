from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "hub.sync"
    label = "sync"
    verbose_name = "Sync"
