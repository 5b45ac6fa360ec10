"""What a profile shows: a customer or a company with all that belongs to them, in as many questions for one as for
many. Reads only."""

from django.db.models import Count, Prefetch, QuerySet

from hub.members.models import Card, Company, Customer, CustomerPhoto, Membership


def customer_profiles() -> QuerySet[Customer]:
    """With memberships, own and inherited, cards, companies and what the photo is known by; not its bytes."""
    return Customer.objects.prefetch_related(
        Prefetch("photo", CustomerPhoto.objects.defer("jpeg")),
        Prefetch("memberships", _memberships()),
        Prefetch("companies", Company.objects.order_by("name", "id")),
        Prefetch("companies__memberships", _memberships()),
        Prefetch("cards", Card.objects.order_by("-id")),
        "links__company",
    )


def company_profiles() -> QuerySet[Company]:
    return Company.objects.annotate(people=Count("links", distinct=True)).prefetch_related(
        Prefetch("memberships", _memberships())
    )


def _memberships() -> QuerySet[Membership]:
    found = Membership.objects.select_related("plan", "customer", "company")
    return found.prefetch_related("freezes").order_by("-starts_at", "-id")
