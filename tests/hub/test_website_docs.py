"""docs/website-tokens.md: its samples are taken out and run, and what they sign counts; every code is there."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings
from django.utils import timezone

from hub.websites.faults import Fault
from hub.websites.key_operations import KeyShown
from hub.websites.models import Website
from hub.websites.token_operations import use_token
from tests.hub.website_tokens import a_pair, a_secret, a_website

TEXT: Final = Path("docs/website-tokens.md").read_text("utf-8")
RUN: Final = {"python": (sys.executable, "page.py"), "php": ("php", "page.php"), "js": ("node", "page.mjs")}

ASKED: Final = """
    for asked in ({}, {"REMOTE_USER": "ann"}):
        print(application(asked, lambda *said: None)[0].decode())
"""


def sample(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return str(found)


def run(language: str, folder: Path, website: Website, key: KeyShown, *more: str) -> str:
    """What it prints."""
    program, name = RUN[language]
    (folder / name).write_text(sample(language) + "".join(more), "utf-8")
    said = {"DOORWARD_KEY": key.jwk, "DOORWARD_ISSUER": website.public_id, "DOORWARD_HUB": settings.DOORWARD_URL}
    done = subprocess.run(
        [program, name], cwd=folder, env=os.environ | said, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout.strip()


@pytest.mark.parametrize("make", [a_pair, a_secret])
@pytest.mark.parametrize("language", RUN)
@pytest.mark.usefixtures("sqlite_database")
def test_what_a_sample_signs_counts(language: str, make: Callable[[Website], KeyShown], tmp_path: Path) -> None:
    website = a_website()
    key = make(website)
    for _each in range(2):
        visitor = use_token(website, run(language, tmp_path, website, key), timezone.now())
        assert (visitor.sub, visitor.email, visitor.name) == ("user-7", "ann@club.example", "Ann Müller")


@pytest.mark.usefixtures("sqlite_database")
def test_the_page_in_python_has_a_token_for_whoever_is_logged_in(tmp_path: Path) -> None:
    website = a_website()
    key = a_pair(website)
    _token, stranger, ann = run("python", tmp_path, website, key, ASKED).splitlines()
    assert "data-token" not in stranger and f'data-website="{website.public_id}"' in stranger
    [token] = re.findall(r'data-token="([^"]+)"', ann)
    assert use_token(website, token, timezone.now()).sub == "ann"


def test_every_code_is_there() -> None:
    told = set(re.findall(r"`([a-z_]+)`", TEXT.split("## What is refused")[1])) - {"kid", "alg", "sub", "jti"}
    assert {each.value for each in Fault} <= told
