"""Users are the desk's: what stands in the back office would go past roles, their last owner and the audit log."""

from allauth.account import admin as _accounts  # noqa: F401 (registers what is taken out below)
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _factors  # noqa: F401 (registers what is taken out below)
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group, User

admin.site.unregister([User, Group, EmailAddress, Authenticator])
