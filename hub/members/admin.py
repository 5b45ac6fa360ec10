"""The members in Django's admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import action, display

from hub.members import card_admin, operations, plan_admin, queries  # noqa: F401
from hub.members.labels import COLOURS, Label, card_label, status_label
from hub.members.membership_admin import INLINE_FIELDS, MembershipInline
from hub.members.models import Card, Company, Customer, Link, Membership
from hub.members.operations_admin import OperationsAdmin, without_form


class LinkInline(TabularInline):
    model = Link
    autocomplete_fields = ["customer", "company"]
    ordering = ["id"]
    extra = 0
    per_page = 20


class CardInline(TabularInline):
    """New cards are made on their own page, which can take a code."""

    model = Card
    fields = ["state", "valid_from", "valid_until"]
    readonly_fields = ["state"]
    formfield_overrides = INLINE_FIELDS
    extra = 0
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=gettext_lazy("State"))
    def state(self, card: Card) -> str:
        return card_label(queries.card_state(card, timezone.now()))[1]


_MEMBERSHIPS = (without_form(operations.save_membership), operations.delete_memberships)
_LINKS = (without_form(operations.save_link), operations.delete_links)
_CARDS = (without_form(operations.save_card), operations.delete_cards)


@admin.register(Customer)
class CustomerAdmin(OperationsAdmin):
    save_operation = staticmethod(operations.save_customer)
    delete_operation = staticmethod(operations.delete_customers)
    inline_operations = {Membership: _MEMBERSHIPS, Link: _LINKS, Card: _CARDS}
    list_display = ["name", "email", "plan", "status", "belongs_to"]
    search_fields = ["name", "email", "companies__name"]
    inlines = [MembershipInline, LinkInline, CardInline]
    actions = ["issue_cards"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return queries.customers_with_memberships().order_by("name", "id")

    @display(description=gettext_lazy("Plan"))
    def plan(self, customer: Customer) -> str | None:
        standing = queries.standing_of(customer, timezone.now())
        return standing.membership.plan.name if standing else None

    @display(description=gettext_lazy("Status"), label=COLOURS)
    def status(self, customer: Customer) -> Label:
        standing = queries.standing_of(customer, timezone.now())
        return status_label(standing.status if standing else None)

    @display(description=gettext_lazy("Companies"))
    def belongs_to(self, customer: Customer) -> str:
        return ", ".join(company.name for company in customer.companies.all())

    def has_issue_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("members.add_card")

    @action(description=gettext_lazy("Issue a card to each selected customer"), permissions=["issue"])
    def issue_cards(self, request: HttpRequest, queryset: QuerySet[Customer]) -> None:
        cards = operations.issue_cards(queryset)
        user = request.user.pk
        LogEntry.objects.log_actions(user, cards, ADDITION, "Issued.")
        LogEntry.objects.log_actions(user, [card.customer for card in cards], CHANGE, "Issued a card.")
        said = _("Cards issued: %(count)s. “Print cards” makes a PDF of them.") % {"count": len(cards)}
        messages.success(request, said)


@admin.register(Company)
class CompanyAdmin(OperationsAdmin):
    save_operation = staticmethod(operations.save_company)
    delete_operation = staticmethod(operations.delete_companies)
    inline_operations = {Membership: _MEMBERSHIPS, Link: _LINKS}
    list_display = ["name"]
    search_fields = ["name"]
    inlines = [MembershipInline, LinkInline]
