"""The members in Django's admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.overrides import FORMFIELD_OVERRIDES_INLINE

from hub.members import card_admin, operations, queries  # noqa: F401
from hub.members.forms import GrantForm
from hub.members.instant_fields import DayOrInstantField
from hub.members.labels import COLOURS, Label, card_label, status_label
from hub.members.models import Card, Company, Customer, Grant, Link, Membership, Permission, Plan
from hub.members.operations_admin import OperationsAdmin, without_form
from hub.members.revoking_admin import RevocableAdmin

_INLINE_FIELDS = {**FORMFIELD_OVERRIDES_INLINE, DateTimeField: {"form_class": DayOrInstantField}}


class MembershipInline(TabularInline):
    model = Membership
    fields = ["status", "plan", "starts_at", "ends_at"]
    readonly_fields = ["status"]
    formfield_overrides = _INLINE_FIELDS
    extra = 0
    show_change_link = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "starts_at":
            kwargs["initial"] = timezone.now
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @display(description="Status")
    def status(self, membership: Membership) -> str | None:
        return status_label(queries.status_of(membership, timezone.now()))[1] if membership.pk else None


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
    formfield_overrides = _INLINE_FIELDS
    extra = 0
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="State")
    def state(self, card: Card) -> str:
        return card_label(queries.card_state(card, timezone.now()))[1]


class GrantInline(TabularInline):
    model = Grant
    form = GrantForm
    fields = ["permission", "limits"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Grant]:
        return super().get_queryset(request).prefetch_related("limits")


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

    @display(description="Plan")
    def plan(self, customer: Customer) -> str | None:
        standing = queries.standing_of(customer, timezone.now())
        return standing.membership.plan.name if standing else None

    @display(description="Status", label=COLOURS)
    def status(self, customer: Customer) -> Label:
        standing = queries.standing_of(customer, timezone.now())
        return status_label(standing.status if standing else None)

    @display(description="Companies")
    def belongs_to(self, customer: Customer) -> str:
        return ", ".join(company.name for company in customer.companies.all())

    @action(description="Issue a card to each selected customer", permissions=["change"])
    def issue_cards(self, request: HttpRequest, queryset: QuerySet[Customer]) -> None:
        cards = operations.issue_cards(queryset)
        user = request.user.pk
        LogEntry.objects.log_actions(user, cards, ADDITION, "Issued.")
        LogEntry.objects.log_actions(user, [card.customer for card in cards], CHANGE, "Issued a card.")
        messages.success(request, f"Cards issued: {len(cards)}. “Cards as QR” shows them.")


@admin.register(Company)
class CompanyAdmin(OperationsAdmin):
    save_operation = staticmethod(operations.save_company)
    delete_operation = staticmethod(operations.delete_companies)
    inline_operations = {Membership: _MEMBERSHIPS, Link: _LINKS}
    list_display = ["name"]
    search_fields = ["name"]
    inlines = [MembershipInline, LinkInline]


@admin.register(Permission)
class PermissionAdmin(OperationsAdmin):
    save_operation = staticmethod(operations.save_permission)
    delete_operation = staticmethod(operations.delete_permissions)
    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]

    def get_readonly_fields(self, request: HttpRequest, obj: Permission | None = None) -> list[str]:
        # Edges' configurations name it.
        return [] if obj is None else ["slug"]


@admin.register(Plan)
class PlanAdmin(OperationsAdmin):
    save_operation = staticmethod(operations.save_plan)
    delete_operation = staticmethod(operations.delete_plans)
    inline_operations = {
        Grant: (
            lambda grant, form: operations.save_grant(grant, form.cleaned_data["limits"]),
            operations.delete_grants,
        )
    }
    list_display = ["name", "grants_listed"]
    search_fields = ["name"]
    inlines = [GrantInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        return queries.plans_with_grants().order_by("name", "id")

    @display(description="Permissions")
    def grants_listed(self, plan: Plan) -> str:
        return ", ".join(queries.grant_text(grant) for grant in plan.grants.all())


@admin.register(Membership)
class MembershipAdmin(RevocableAdmin):
    save_operation = staticmethod(operations.save_membership)
    delete_operation = staticmethod(operations.delete_memberships)
    revoke_operation = staticmethod(operations.revoke_memberships)
    revoke_otherwise = "; “Ends” on its page is there to end one later"
    list_display = ["holder", "plan", "status", "starts_at", "ends_at"]
    list_select_related = ["plan", "customer", "company"]
    list_filter = ["plan"]
    search_fields = ["customer__name", "company__name"]
    autocomplete_fields = ["plan", "customer", "company"]
    readonly_fields = ["revoked_at"]

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        fields = ["plan", "customer", "company", "starts_at", "ends_at"]
        return fields if obj is None else [*fields, "revoked_at"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"starts_at": timezone.now(), **super().get_changeform_initial_data(request)}

    @display(description="Holder")
    def holder(self, membership: Membership) -> str:
        return str(membership.customer or membership.company)

    @display(description="Status", label=COLOURS)
    def status(self, membership: Membership) -> Label:
        return status_label(queries.status_of(membership, timezone.now()))
