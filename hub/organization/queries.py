"""The organization's settings as they are. Reads only."""

from hub.organization.models import THE_ONE, Organization, Signup


def organization() -> Organization:
    """As it is set, or with what holds where nothing is."""
    return Organization.objects.filter(pk=THE_ONE).first() or Organization()


def signup() -> Signup:
    """How people join by themselves."""
    return Signup.objects.filter(pk=THE_ONE).first() or Signup()
