from django.apps import AppConfig


class CheckInsConfig(AppConfig):
    name = "hub.checkins"
    label = "checkins"
    verbose_name = "Check-ins"
