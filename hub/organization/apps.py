from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "hub.organization"
    label = "organization"
    verbose_name = "Organization"
