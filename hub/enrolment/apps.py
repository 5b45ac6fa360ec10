from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "hub.enrolment"
    label = "enrolment"
    verbose_name = "Enrolment"
