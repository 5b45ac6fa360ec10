"""`python -m tests.system.seed_wineries`: a wine club, one glass a week at approved wineries, of which there are
three: two with a phone, and one with an edge whose counter asks for the glass.

Prints JSON: `code` of a member's card, `links` of the wineries' phones by their short names.
"""

import json
import os
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from contract.limits import Limit  # noqa: E402
from hub.feed.models import Feed  # noqa: E402
from hub.feed.operations import EVERYONE  # noqa: E402
from hub.fleet import operations as fleet  # noqa: E402
from hub.fleet.models import Edge, Reader, Site  # noqa: E402
from hub.members import codes, operations  # noqa: E402
from hub.members.models import Customer, Grant, Membership, Permission, Plan  # noqa: E402
from hub.organization.models import Organization  # noqa: E402
from hub.organization.operations import save_organization  # noqa: E402
from hub.partners.link_operations import make_link  # noqa: E402
from hub.partners.models import Partner  # noqa: E402
from hub.partners.operations import save_partner  # noqa: E402

GLASS = "glass-of-wine"
PHONES, COUNTER = ("north", "south"), "harbour"
_WEEKLY = Limit(1, 7 * 86_400)


def seed() -> dict[str, object]:
    at = timezone.now()
    save_organization(Organization(name="Wine Club"))
    site = fleet.save_site(Site(name="clubhouse", time_zone="Europe/Berlin"))
    wineries = {name: save_partner(Partner(slug=name, name=name.title())) for name in (*PHONES, COUNTER)}
    glass = Permission(slug=GLASS, name="Glass of wine", is_benefit=True, approved_partners_only=True)
    operations.save_permission(glass, list(wineries.values()))
    plan = operations.save_plan(Plan(name="Connoisseur"))
    operations.save_grant(Grant(plan=plan, permission=glass), (_WEEKLY,))
    edge = fleet.save_edge(Edge(name=COUNTER, site=site, feed=Feed.objects.get(name=EVERYONE)))
    kind, partner = Reader.Kind.COUNTER, wineries[COUNTER]
    fleet.save_reader(Reader(edge=edge, name="counter", kind=kind, permission=glass, partner=partner))
    anna = operations.save_customer(Customer(name="Anna Bauer"))
    operations.save_membership(Membership(plan=plan, customer=anna, starts_at=at - timedelta(days=1)))
    return {
        "code": codes.decrypt(operations.issue_card(anna)),
        "links": {name: make_link(wineries[name], "bar phone", at).address for name in PHONES},
    }


if __name__ == "__main__":
    print(json.dumps(seed()))
