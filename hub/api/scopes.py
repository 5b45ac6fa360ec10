"""What a token may be given to do: one table. Each endpoint names the one scope that it needs."""

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Scope(StrEnum):
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    COMPANIES_READ = "companies:read"
    COMPANIES_WRITE = "companies:write"
    PLANS_READ = "plans:read"
    PLANS_WRITE = "plans:write"
    MEMBERSHIPS_READ = "memberships:read"
    MEMBERSHIPS_WRITE = "memberships:write"
    CARDS_READ = "cards:read"
    CARDS_WRITE = "cards:write"
    CHECKINS_READ = "checkins:read"
    EDGES_READ = "edges:read"
    ACCESS_CHECK = "access:check"

    @property
    def reading(self) -> "Scope":
        """The scope to see what this one may change."""
        return Scope(self.value.replace(":write", ":read"))


MEANING: Final[dict[Scope, str | Promise]] = {
    Scope.CUSTOMERS_READ: _("See customers: names, email addresses, phone numbers."),
    Scope.CUSTOMERS_WRITE: _("Add, change and delete customers."),
    Scope.COMPANIES_READ: _("See companies, and who is linked to them."),
    Scope.COMPANIES_WRITE: _("Add, change and delete companies; link and unlink customers."),
    Scope.PLANS_READ: _("See plans and permissions."),
    Scope.PLANS_WRITE: _("Add, change and delete plans and permissions."),
    Scope.MEMBERSHIPS_READ: _("See memberships with their status."),
    Scope.MEMBERSHIPS_WRITE: _("Assign memberships; renew, cancel, freeze, resume and revoke them."),
    Scope.CARDS_READ: _("See cards, without their codes."),
    Scope.CARDS_WRITE: _("Issue, import and revoke cards. A new card's code is told once."),
    Scope.CHECKINS_READ: _("See check-ins and redemptions."),
    Scope.EDGES_READ: _("See edges, whether they are there, and how their configuration stands."),
    Scope.ACCESS_CHECK: _("Ask whether a customer may do something."),
}
