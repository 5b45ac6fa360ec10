"""What is known of passes and of the phones that have them. Reads only."""

from datetime import datetime

from hub.cards.models import PassProgress, Registration, WalletPass
from hub.cards.passes.facts import Facts, gone, shown_of
from hub.cards.passes.tokens import is_token


def facts_of(wallet_pass: WalletPass, at: datetime) -> Facts:
    """hub.members.codes.CodeUnreadable."""
    return gone() if wallet_pass.card is None else shown_of(wallet_pass.card, at).facts


def apple_pass(serial: str, token: str) -> WalletPass | None:
    """The one with this serial, for whoever shows its token."""
    found = WalletPass.objects.select_related("card").filter(serial=serial, wallet=WalletPass.Wallet.APPLE).first()
    return found if found is not None and is_token(found, token) else None


def changed_since(library_id: str, tag: str) -> tuple[list[str], str]:
    """The serials of a device's passes that changed after `tag`, and the tag of now. A tag that is none of ours is
    as none: all of them. So is one of a change that was lost since, when an older backup was restored."""
    since = int(tag) if tag.isascii() and tag.isdigit() and len(tag) < 19 else -1
    progress = PassProgress.objects.first()
    if since > (progress.change if progress is not None else 0):
        since = -1
    theirs = Registration.objects.filter(device__library_id=library_id, wallet_pass__change__gt=since)
    found = theirs.order_by("wallet_pass__change").values_list("wallet_pass__serial", "wallet_pass__change")
    serials = [serial for serial, _change in found]
    return serials, str(max((change for _serial, change in found), default=since))
