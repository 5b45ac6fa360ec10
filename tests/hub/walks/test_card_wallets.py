"""The buttons for wallets on a member's phone, in a real browser: they fit, and what comes is a pass."""

from pathlib import Path

import pytest

from hub.members import operations
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from tests.hub.card_page import a_member, secret_for, wine_club
from tests.hub.served import served
from tests.hub.walks.visitor import Visitor
from tests.hub.wallet_files import hub_with, put_apple, put_google

PHONE, TALL = 390, 844


@pytest.mark.parametrize("dark", [False, True])
def test_both_buttons_on_a_phone(chromium: Visitor, sqlite_database: object, tmp_path: Path, dark: bool) -> None:
    put_apple(tmp_path)
    put_google(tmp_path)
    save_organization(Organization(name="Harbour Wine Club", colour="#7c2d4f"))
    ann = a_member(wine_club())
    card = operations.issue_card(ann)
    with served() as hub, hub_with(tmp_path, url=hub):
        chromium.hub = hub
        chromium.errors.clear()
        chromium.wears(PHONE, dark, TALL)
        chromium.go(f"{hub}/card/open#{secret_for(ann)}")
        chromium.sees("Ann Miller")
        chromium.sees("Add to Apple Wallet")
        chromium.sees("Add to Google Wallet")
        chromium.fits()
        chromium.keep(f"card_wallets_{'dark' if dark else 'light'}")
        came = f"fetch('/card/apple/{card.pk}.pkpass').then(async each => [each.status, (await each.blob()).type])"
        assert chromium.look(f"{came}.then(JSON.stringify)") == '[200,"application/vnd.apple.pkpass"]'
        to_google = f"fetch('/card/google/{card.pk}', {{redirect: 'manual'}}).then(each => each.type)"
        assert chromium.look(to_google) == "opaqueredirect"
        assert chromium.complaints() == []
        chromium.go("about:blank")
