from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "hub.letters"
    label = "letters"
    verbose_name = "Letters"
