"""The events that webhooks tell of, by the names that integrators know: none of them ever changes its meaning."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventType(models.TextChoices):
    MEMBERSHIP_CREATED = "membership.created", _("A membership was created")
    MEMBERSHIP_RENEWED = "membership.renewed", _("A membership goes on: extended, paid or no longer cancelled")
    MEMBERSHIP_FROZEN = "membership.frozen", _("A membership is frozen from now on")
    MEMBERSHIP_RESUMED = "membership.resumed", _("A frozen membership goes on")
    MEMBERSHIP_EXPIRED = "membership.expired", _("A membership has expired")
    MEMBERSHIP_CANCELLED = "membership.cancelled", _("A membership was cancelled, revoked or deleted")
    COMPANY_LINKED = "company.linked", _("Somebody belongs to a company")
    COMPANY_UNLINKED = "company.unlinked", _("Somebody no longer belongs to a company")
    CHECKIN_GRANTED = "checkin.granted", _("A check-in was granted")
    CHECKIN_DENIED = "checkin.denied", _("A check-in was denied")
    REDEMPTION = "redemption", _("A check-in used up a limited benefit")
    EDGE_OFFLINE = "edge.offline", _("An edge is out of reach")
    EDGE_ONLINE = "edge.online", _("An edge is back")


TEST = "webhook.test"
"""Sent when somebody asks for it, to whoever is added: no endpoint chooses it."""
EDGE_TYPES = (EventType.EDGE_OFFLINE, EventType.EDGE_ONLINE)
CHECKIN_TYPES = (EventType.CHECKIN_GRANTED, EventType.CHECKIN_DENIED, EventType.REDEMPTION)
