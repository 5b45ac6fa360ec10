from django.apps import AppConfig


class FeedConfig(AppConfig):
    name = "hub.feed"
    label = "feed"
    verbose_name = "Feed"
