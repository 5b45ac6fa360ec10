from django.apps import AppConfig


class ScanConfig(AppConfig):
    name = "hub.scan"
    label = "scan"
    verbose_name = "Scan page"
