from django.apps import AppConfig


class LoginConfig(AppConfig):
    name = "hub.login"
    label = "login"
    verbose_name = "Login"
