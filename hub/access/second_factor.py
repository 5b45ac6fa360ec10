"""Who has to have a second factor, by DOORWARD_SECOND_FACTOR, and who has one. Reads only."""

from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User

from hub.access.roles import Role
from hub.environment import EnvironmentProblem

FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes are none: they come with one of these."""


def check_roles() -> None:
    """EnvironmentProblem: DOORWARD_SECOND_FACTOR names what is no role."""
    unknown = settings.ENVIRONMENT.second_factor - set(Role)
    if unknown:
        raise EnvironmentProblem(
            f"DOORWARD_SECOND_FACTOR names {min(unknown)!r}: it should be some of {', '.join(Role)}"
        )


def is_missing(user: User) -> bool:
    """Their role needs a second factor and they have none. No query where no role needs one."""
    needed = settings.ENVIRONMENT.second_factor
    if not needed:
        return False
    asked = User.objects.filter(pk=user.pk, groups__name__in=needed)
    return asked.exclude(authenticator__type__in=FACTORS).exists()
