"""The demo's owner: chooses the password at the hub's own page, by the one-time link that `init` has printed."""

import re
from http.cookiejar import CookieJar
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from demo.processes import DemoError


def choose_password(link: str, password: str) -> None:
    """DemoError: the hub does not take it."""
    page, _, code = link.partition("#")
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    try:
        with browser.open(page) as form:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.read().decode())
        fields = {"csrfmiddlewaretoken": token and token.group(1), "code": code}
        with browser.open(page, urlencode(fields | {"password": password, "again": password}).encode()) as done:
            there = done.url
    except URLError as error:
        raise DemoError(f"the hub's owner could not choose a password ({error})") from error
    if there == page:
        raise DemoError("the hub did not take the owner's password")
