"""Each command and the worker start without what only pages need: that is a third of their time and memory."""

import os
import subprocess
import sys

from django.core.management import get_commands, load_command_class

from tests.hub.conftest import DATA

PAGES = {"hub.urls", "hub.members.admin", "unfold.admin", "ninja", "pydantic", "jwt", "reportlab", "stripe"}
STARTED = "import django, sys; django.setup(); print(*sys.modules)"
CHECKED = """
import sys
from django.contrib.admin.checks import ModelAdminChecks
from hub.__main__ import main
ModelAdminChecks.check = lambda _, page: print(type(page).__module__) or []
sys.argv[1:] = ["check", "--tag", "admin"]
main()
"""


def said_by(program: str) -> set[str]:
    environment = os.environ | {"DOORWARD_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "hub.settings"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_what_pages_need_is_not_imported_as_django_starts() -> None:
    imported = said_by(STARTED)
    assert "hub.members.models" in imported
    assert imported.isdisjoint(PAGES)


def test_no_command_of_ours_looks_at_all_pages_first() -> None:
    """As Django's own do for its system checks."""
    own = {name: room for name, room in get_commands().items() if str(room).startswith("hub")}
    assert len(own) > 20
    assert [name for name, room in own.items() if load_command_class(room, name).requires_system_checks] == []


def test_the_back_office_is_checked() -> None:
    assert said_by(CHECKED) >= {"hub.members.admin", "hub.checkins.admin", "hub.fleet.feed_admin"}
