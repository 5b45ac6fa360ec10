"""A hub with a website of another origin that embeds its join pages, looked at in Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from hub.members.models import Plan
from hub.websites import operations
from hub.websites.models import Website as Known
from tests.hub.embedding_page import Onlooker, Website, a_website_served
from tests.hub.joining_club import MAIL, code_sent, open_for_all
from tests.hub.mailed import mail_by
from tests.hub.served import served
from tests.hub.walks.visitor import NARROW
from tests.hub.website_tokens import a_pair, a_token

_NUMBERS: Final = "127.0.0.1"


@dataclass
class Embedded:
    hub: str
    site: Website
    known: Known
    browser: Onlooker

    def script(self, plan: Plan, **said: str) -> str:
        more = " ".join(f'data-{name.replace("_", "-")}="{value}"' for name, value in said.items())
        where = f'data-website="{self.known.public_id}" data-plan="{plan.public_id}"'
        return f'<script src="{self.hub}/embed.js" {where} {more} async></script>'

    def token(self, **said: str) -> str:
        key = a_pair(self.known, timezone.now())
        return a_token(self.known, key, timezone.now(), **said)

    def shows(self, *scripts: str) -> None:
        self.browser.go(self.site.shows(*scripts))

    def heard(self, *names: str) -> None:
        self.browser.until(f"JSON.stringify(heard) === JSON.stringify({list(names)})")


@contextmanager
def embedded_in(folder: Path, chromium: Onlooker, hub_host: str = _NUMBERS) -> Iterator[Embedded]:
    """`hub_host`: 127.0.0.1, or localhost, for which passkeys are made; the website is at the other."""
    open_for_all()
    letters = mail_by(f"file://{folder / 'mail'}")
    site_host = "localhost" if hub_host == _NUMBERS else _NUMBERS
    with letters, served() as address, a_website_served(site_host) as site:
        hub = address.replace(_NUMBERS, hub_host)
        with override_settings(DOORWARD_URL=hub, ENVIRONMENT=replace(settings.ENVIRONMENT, url=hub)):
            known = operations.add_website("Club", [site.origin], timezone.now())
            chromium.hub = hub
            chromium.errors.clear()
            chromium.wears(NARROW)
            yield Embedded(hub, site, known, chromium)
            chromium.go("about:blank")


def proves(embedded: Embedded, email: str = MAIL) -> None:
    frame = embedded.browser.frame()
    frame.sees("Send me a code")
    frame.says("email", email)
    frame.press("email")
    frame.sees("A code is on its way")
    frame.says("code", code_sent())
    frame.press("code")
