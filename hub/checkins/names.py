"""What people call what check-ins name by slug. Reads only."""

from collections.abc import Iterable

from hub.members.models import Permission
from hub.partners.models import Partner


def permissions(slugs: Iterable[str]) -> dict[str, str]:
    """Names by slug, of those that are here."""
    return dict(Permission.objects.filter(slug__in=set(slugs)).values_list("slug", "name"))


def partners(slugs: Iterable[str]) -> dict[str, str]:
    """Names by slug, of those that are here."""
    return dict(Partner.objects.filter(slug__in=set(slugs)).values_list("slug", "name"))
