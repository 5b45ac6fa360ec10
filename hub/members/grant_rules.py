"""What cannot be meant of permissions, plans and grants, said at the field it belongs to.

What a grant may be is the contract's rule: it is asked piece by piece, and the piece that it refuses is the field.
All raise django.core.exceptions.ValidationError.
"""

from collections.abc import Collection, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contract import grant as meant
from contract.grant import GrantError, Offline
from contract.limits import Limit, Window
from hub.contract_errors import text_of
from hub.members.grant_models import Grant, GrantLimit
from hub.members.plan_models import Permission, Plan


def check_permission(permission: Permission, partners: Collection[object], at_field: str) -> None:
    """`partners`: those approved for it, to be chosen at `at_field`."""
    if permission.approved_partners_only and not partners:
        raise ValidationError(
            {
                at_field: _(
                    "Choose the approved partners: without one nobody could redeem it anywhere."
                    " Or let all partners redeem it."
                )
            }
        )


def check_grant(grant: Grant, limits: Sequence[Limit]) -> None:
    """Its plan is as it will be saved."""
    if grant.plan.billed_every is None and any(each.window is Window.BILLING_PERIOD for each in limits):
        raise ValidationError(
            {
                "limits": _(
                    "This plan has no billing periods. Say how often it is billed,"
                    " or limit it otherwise, as in 5 per calendar month."
                )
            }
        )
    offline = Offline(grant.offline)
    _ask("confirm", limits, confirm=grant.confirm)
    # Whether a number is allowed at all, and then which.
    _ask("offline", limits, offline=offline, offline_uses=int(offline is Offline.AT_MOST))
    if offline is Offline.AT_MOST and grant.offline_uses is None:
        raise ValidationError(
            {"offline_uses": _("Say how many times: 1 to %(most)s.") % {"most": meant.OFFLINE_USES_MAX}}
        )
    _ask("offline_uses", limits, offline=offline, offline_uses=grant.offline_uses or 0)


def check_billing(plan: Plan) -> None:
    """Looks at the grants that are stored."""
    if plan.billed_every is not None:
        return
    limited = GrantLimit.objects.filter(grant__plan=plan, window=Window.BILLING_PERIOD.value)
    first = limited.select_related("grant__permission").first()
    if first is not None:
        raise ValidationError(
            {
                "billed_every": _(
                    "“%(permission)s” is limited per billing period: say how often the plan is billed, or"
                    " change that limit first."
                )
                % {"permission": first.grant.permission}
            }
        )


def _ask(at_field: str, limits: Sequence[Limit], **piece: object) -> None:
    try:
        meant.Grant("", tuple(limits), **piece)
    except GrantError as error:
        raise ValidationError({at_field: _("This cannot be: %(why)s.") % {"why": text_of(error)}}) from error
