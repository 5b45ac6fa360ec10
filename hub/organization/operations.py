"""The writes to the organization's settings."""

from django.db import transaction

from hub.audit import operations as audit
from hub.organization.models import THE_ONE, Organization, Signup


@transaction.atomic
def save_organization(organization: Organization) -> Organization:
    """django.core.exceptions.ValidationError: a field does not fit."""
    organization.full_clean(exclude=["id"], validate_unique=False)
    before = Organization.objects.select_for_update().filter(pk=THE_ONE).first()
    organization.save()
    audit.note_changed(before, organization)
    return organization


@transaction.atomic
def save_signup(signup: Signup) -> Signup:
    """django.core.exceptions.ValidationError: a field does not fit."""
    signup.full_clean(exclude=["id"], validate_unique=False)
    before = Signup.objects.select_for_update().filter(pk=THE_ONE).first()
    signup.save()
    audit.note_changed(before, signup)
    return signup
