from django.apps import AppConfig


class SignupConfig(AppConfig):
    name = "hub.signup"
    label = "signup"
    verbose_name = "Signup"
