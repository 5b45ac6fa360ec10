from django.apps import AppConfig


class WireKeysConfig(AppConfig):
    name = "hub.wire_keys"
    label = "wire_keys"
    verbose_name = "Keys of the wire"
