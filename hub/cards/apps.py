from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "hub.cards"
    label = "cards"
    verbose_name = "Cards"
