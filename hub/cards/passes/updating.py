"""Which passes show something else now: by reading on in the audit log, and by looking again when it is due.

One reader at a time, whoever holds the row of PassProgress, so that the numbers of changes rise in the order in
which they are seen. What is read and how far are one transaction: a worker that dies leaves all as it was.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from hub.audit.models import Entry
from hub.cards.models import Device, PassProgress, WalletPass
from hub.cards.passes.facts import Shown, gone, shown_of_many
from hub.cards.passes.waiting import ask
from hub.horizon import Horizon, newest_number
from hub.members.codes import CodeUnreadable
from hub.members.models import Link

ENTRIES_AT_ONCE: Final = 500
LOOKED_AT_ONCE: Final = 50
"""On SQLite others wait for it."""
_EVERYBODYS: Final = ("organization", "plan", "site")
"""A change of these may be on every pass."""
_LATER: Final = timedelta(hours=1)
"""When to look again where card.key is another one for now."""


class Updating:
    """Of one worker."""

    def __init__(self) -> None:
        self._entries = Horizon(Entry)

    def turn(self, at: datetime) -> bool:
        """What there is to do at once. Whether there may be more."""
        progress = PassProgress.objects.first() or _begin()
        settled = self._entries.settled(progress.audit_upto)
        more = settled > progress.audit_upto and _step(lambda held: _read(held, settled, at))
        return (_due(at).exists() and _step(lambda held: _look(held, at))) or more


def _begin() -> PassProgress:
    return PassProgress.objects.get_or_create(pk=1, defaults={"audit_upto": newest_number(Entry)})[0]


def _step(step: Callable[[PassProgress], None]) -> bool:
    """Whether it was this worker's turn."""
    with transaction.atomic():
        progress = PassProgress.objects.select_for_update(skip_locked=True).first()
        if progress is None:
            return False
        step(progress)
        progress.save()
    return True


def _read(progress: PassProgress, settled: int, at: datetime) -> None:
    """Those whom an entry concerns are looked at."""
    if not WalletPass.objects.exists():
        progress.audit_upto = max(settled, progress.audit_upto)
        return
    of_these = Entry.objects.filter(number__gt=progress.audit_upto, number__lte=settled).order_by("number")
    fields = ["number", "thing_kind", "customer_id", "company_id"]
    found = list(of_these.values_list(*fields)[:ENTRIES_AT_ONCE])
    kinds = {kind for _number, kind, _customer, _company in found}
    customers = {customer for _number, _kind, customer, _company in found if customer}
    companies = {company for _number, _kind, _customer, company in found if company}
    concerned = Q(customer__in=customers)
    if companies:
        concerned |= Q(customer__in=Link.objects.filter(company__in=companies).values("customer"))
    if kinds.intersection(_EVERYBODYS):
        concerned = Q()
    WalletPass.objects.filter(concerned).update(look_at=at)
    progress.audit_upto = found[-1][0] if len(found) == ENTRIES_AT_ONCE else max(settled, progress.audit_upto)


def _due(at: datetime) -> QuerySet[WalletPass]:
    return WalletPass.objects.filter(look_at__lte=at).order_by("look_at", "pk")


def _look(progress: PassProgress, at: datetime) -> None:
    due = list(_due(at).select_related("card")[:LOOKED_AT_ONCE])
    try:
        shown = shown_of_many([each.card for each in due if each.card is not None], at)
    except CodeUnreadable:
        WalletPass.objects.filter(pk__in=[each.pk for each in due]).update(look_at=at + _LATER)
        return
    nobodys = Shown(gone(), None)
    for each in due:
        now = nobodys if each.card is None else shown.get(each.card.pk)
        if each.card is None and each.wallet == WalletPass.Wallet.APPLE and not each.registrations.exists():
            each.delete()
        elif now is not None:
            _looked_at(each, now, progress, at)


def _looked_at(wallet_pass: WalletPass, shown: Shown, progress: PassProgress, at: datetime) -> None:
    digest = shown.facts.digest()
    changes: dict[str, object] = {"look_at": shown.look_at}
    if digest != wallet_pass.shown:
        # By the clock: after a restore they go on above those that were given out before it.
        progress.change = max(progress.change + 1, int(at.timestamp()))
        second = timedelta(seconds=1)
        rises = max(at.replace(microsecond=0), wallet_pass.changed_at + second)
        changes |= {"shown": digest, "change": progress.change, "changed_at": rises}
        _ask_for(wallet_pass, at)
    WalletPass.objects.filter(pk=wallet_pass.pk).update(**changes)


def _ask_for(wallet_pass: WalletPass, at: datetime) -> None:
    if wallet_pass.wallet == WalletPass.Wallet.GOOGLE:
        ask(WalletPass.objects.filter(pk=wallet_pass.pk), at)
    else:
        ask(Device.objects.filter(passes=wallet_pass), at)
