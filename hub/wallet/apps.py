from django.apps import AppConfig


class WalletConfig(AppConfig):
    name = "hub.wallet"
    label = "wallet"
    verbose_name = "Card page"
