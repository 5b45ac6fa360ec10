"""What the audit log says of a plan's grants and of a permission's partners: in words, as staff write them."""

from django.utils.translation import override

from hub.audit import operations as audit
from hub.members.models import Permission, Plan
from hub.members.plan_text import grant_text


def grants_in_words(plan: Plan) -> dict[str, str]:
    """By the permission's slug."""
    if plan.pk is None:
        return {}
    grants = plan.grants.select_related("permission", "schedule").prefetch_related("limits")
    # Kept for good, and read by whoever: in one language.
    with override("en"):
        return {each.permission.slug: grant_text(each) for each in grants}


def note_grants(plan: Plan, before: dict[str, str]) -> None:
    """Those that are not as they were."""
    after = grants_in_words(plan)
    moved = [slug for slug in sorted({*before, *after}) if before.get(slug) != after.get(slug)]
    if moved:
        old, new = ({slug: told[slug] for slug in moved if slug in told} for told in (before, after))
        audit.note("grants changed", plan, old or None, new or None)


def approved_names(permission: Permission) -> list[str]:
    return sorted(permission.partners.values_list("name", flat=True))


def note_approved(permission: Permission, before: list[str]) -> None:
    after = approved_names(permission)
    if after != before:
        audit.note("partners changed", permission, {"partners": before}, {"partners": after})
