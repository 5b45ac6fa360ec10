from django.apps import AppConfig


class ReservationsConfig(AppConfig):
    name = "hub.reservations"
    label = "reservations"
    verbose_name = "Reservations"
