from django.apps import AppConfig


class WebsitesConfig(AppConfig):
    name = "hub.websites"
    label = "websites"
    verbose_name = "Websites"
