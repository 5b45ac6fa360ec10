"""What waits to be told, told: phones by Apple's push service, cards to Google. One by one, each written down
before the next. Where a wallet is not set up, what waits for it goes on waiting.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from django.conf import settings
from django.db.models import Model, QuerySet

from hub.cards.models import Device, WalletPass
from hub.cards.passes import apns, google_api
from hub.cards.passes.answers import Answer
from hub.cards.passes.configuration import APPLE_FILES, Apple, Google, wallets
from hub.cards.passes.google import class_id, object_of
from hub.cards.passes.operations import forget_device
from hub.cards.passes.queries import facts_of
from hub.cards.passes.waiting import again, due, take, told
from hub.members.codes import CodeUnreadable

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Turn:
    """`trouble`: in what way nobody can be told now; empty: none. `failed`: those that were given up, and why."""

    told: int = 0
    failed: tuple[tuple[int, str], ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Of the two services."""

    apns: str = apns.URL
    google: str = google_api.URL


ADDRESSES: Final = Addresses()


class Way(Protocol):
    """To one of the two, while it is open. `tell` does all that follows from a card or a phone that is gone."""

    def tell(self, row: Model, at: datetime) -> Answer: ...

    def close(self) -> None: ...


class Telling:
    """Of one worker. `luck` gives 0 to 1, for jitter."""

    def __init__(self, luck: Callable[[], float], addresses: Addresses = ADDRESSES) -> None:
        self._luck = luck
        self._addresses = addresses

    def turn(self, wallet: WalletPass.Wallet, now: Now, stopped: Callable[[], bool] = lambda: False) -> Turn:
        """Until there is no more, nobody can be told, or `stopped` says so.

        django.db.Error: what was told last may be told once more.
        """
        waiting = _waiting(wallet)
        if not due(waiting, now()).exists():
            return Turn()
        try:
            way = self._way(wallet, now)
        except (OSError, ValueError):
            return Turn(trouble="files")
        if way is None:
            return Turn()
        done = Turn()
        try:
            while not (done.trouble or stopped()) and (row := take(waiting, now())) is not None:
                done = self._counted(done, row, way.tell(row, now()), now())
        finally:
            way.close()
        return done

    def _counted(self, done: Turn, row: Device | WalletPass, answer: Answer, at: datetime) -> Turn:
        if not answer.error:
            told(row)
            return replace(done, told=done.told + 1)
        if answer.gone:
            return done
        trouble = answer.error if answer.everybody else ""
        if again(row, answer.error, at, self._luck(), final=answer.final):
            return replace(done, trouble=trouble)
        return replace(done, failed=(*done.failed, (row.pk, answer.error)), trouble=trouble)

    def _way(self, wallet: WalletPass.Wallet, now: Now) -> Way | None:
        """None: it is not set up. OSError, ValueError: a file has just become another one."""
        usable = wallets(now())
        if wallet == WalletPass.Wallet.APPLE:
            return None if usable.apple is None else _Phones(usable.apple, self._addresses.apns)
        return None if usable.google is None else _Cards(usable.google, now, self._addresses.google)


def _waiting(wallet: WalletPass.Wallet) -> QuerySet[Device] | QuerySet[WalletPass]:
    if wallet == WalletPass.Wallet.APPLE:
        return Device.objects.all()
    return WalletPass.objects.filter(wallet=wallet).select_related("card")


class _Phones:
    def __init__(self, apple: Apple, address: str) -> None:
        self._apns = apns.Apns(apple, str(settings.ENVIRONMENT.wallet / APPLE_FILES[0]), address)

    def tell(self, row: Device, at: datetime) -> Answer:
        answer = self._apns.push(row.push_token)
        if answer.gone:
            forget_device(row)
        return answer

    def close(self) -> None:
        self._apns.close()


class _Cards:
    def __init__(self, google: Google, now: Now, address: str) -> None:
        self._google = google
        self._api = google_api.GoogleApi(google, now, address)

    def tell(self, row: WalletPass, at: datetime) -> Answer:
        """A card that is gone is told once more, as one that is over and nobody's."""
        try:
            card = object_of(facts_of(row, at), row, self._google)
        except CodeUnreadable:
            return Answer("unreadable")
        answer = self._api.put(card, class_id(self._google))
        if not answer.error and row.card is None:
            row.delete()
        return answer

    def close(self) -> None:
        self._api.close()
