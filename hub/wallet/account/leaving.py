"""All that is kept of a member deleted by themselves; what a payment provider still bills, ended before that."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contract.membership import State
from hub.accounts.leaving_operations import delete_own, what_stands_against
from hub.billing import own_operations
from hub.billing.own import still_billed
from hub.cards.models import CardLink
from hub.errors import HubError
from hub.members.queries import status_of
from hub.wallet.account.asking import Asked, ask, done_text, limited
from hub.wallet.account.saying import runs_until
from hub.wallet.account.theirs import membership_of
from hub.wallet.phone import for_anybody, forgotten, page
from hub.wallet.proving import for_proved


@for_proved()
def delete(request: HttpRequest, link: CardLink) -> HttpResponse:
    """POST with `sure`: they are gone, and this phone knows nothing more."""
    at, error = timezone.now(), ""
    if request.method == "POST":
        refused = limited(request, link)
        if refused is not None:
            return refused
        error = _("Say that you are sure.")
        if "sure" in request.POST:
            try:
                own_operations.close_pages(link.customer, at)
                delete_own(link.customer, at)
                return forgotten(HttpResponseRedirect(reverse("wallet:deleted")))
            except HubError as raised:
                error = str(raised)
    against = what_stands_against(link.customer, at)
    return page(
        request,
        "wallet/account/delete.html",
        409 if error else 200,
        against=against,
        to_end=still_billed(link.customer),
        error="" if against else error,
        done=done_text(request),
    )


@for_anybody
def deleted(request: HttpRequest) -> HttpResponse:
    return page(request, "wallet/account/deleted.html")


@for_proved()
def end(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    """At once, for who does not want to wait for an end that is paid for."""
    membership, at = membership_of(link, number), timezone.now()
    told = {"plan": membership.plan.name, "day": runs_until(membership)}
    says = [_("%(plan)s is over at once, and nothing more is taken for it. You cannot take it back.") % told]
    if status_of(membership, at).state is State.ACTIVE and told["day"]:
        says.append(_("You lose what is left of it, to %(day)s.") % told)
    says.append(_("Nothing is given back by this. If you think that something should be, ask your club first."))
    is_offered = still_billed(link.customer).filter(pk=membership.pk).exists()
    title = _("End %(plan)s now?") % told
    asked = Asked(title, says, _("End it now"), reverse("wallet:delete_data"), True, is_offered)

    def do() -> str:
        own_operations.end_now(membership, at)
        return "ended"

    return ask(request, link, asked, do)
