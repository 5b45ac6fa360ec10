from django.apps import AppConfig


class RatesConfig(AppConfig):
    name = "hub.rates"
    label = "rates"
    verbose_name = "Rate limits"
