"""What members have asked of staff on their own pages: on the desk's first page, until somebody has seen to it."""

from typing import Final, NamedTuple

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from hub.accounts.models import MemberRequest
from hub.accounts.request_operations import open_requests, settle
from hub.desk.answers import goes_to
from hub.desk.gate import desk
from hub.desk.parts import profile_of

_PERMISSION: Final = "members.change_membership"
_MOST: Final = 50
_What = MemberRequest.What


class Shown(NamedTuple):
    """`profile`: where it is seen to."""

    request: MemberRequest
    says: str
    profile: str


def requests_for(user: User) -> list[Shown]:
    """Of who may not see to them: none."""
    return [_shown(each) for each in open_requests()[:_MOST]] if user.has_perm(_PERMISSION) else []


@desk(_PERMISSION)
@require_POST
def settle_request(request: HttpRequest, number: int) -> HttpResponse:
    settle(number, timezone.now())
    return goes_to(request, reverse("desk:home"))


def _shown(asked: MemberRequest) -> Shown:
    held = asked.membership
    told = {"membership": str(held), "plan": str(asked.plan or ""), "count": asked.seats}
    if asked.what == _What.PLAN:
        says = _("“%(membership)s” is to become %(plan)s.") % told
    elif asked.what == _What.SEATS:
        says = ngettext(
            "“%(membership)s” is to have one seat.",
            "“%(membership)s” is to have %(count)s seats.",
            asked.seats or 0,
        )
        says %= told
    else:
        says = _("The cancellation of “%(membership)s” is to be taken back.") % told
    return Shown(asked, says, profile_of(held.customer or held.company))
