"""Partners with check-ins stay: those name them by slug, and another partner with it would have their figures."""

from django.utils.translation import gettext as _

from hub.checkins.models import CheckIn
from hub.members.writing import InUse
from hub.partners.models import Partner


def was_used(partner: Partner) -> bool:
    return CheckIn.objects.filter(partner=partner.slug).exists()


def keep_used(partner: Partner) -> None:
    """InUse: to be called before it is deleted, while the feeds are held."""
    if was_used(partner):
        said = _("“%(partner)s” has check-ins, which stay: make it inactive instead of deleting it")
        raise InUse(said % {"partner": partner})
