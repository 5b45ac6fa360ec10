"""Each command and the worker start without what only pages need: that is a third of their time and memory."""

import os
import subprocess
import sys

from django.core.management import get_commands, load_command_class

from tests.hub.conftest import DATA

PAGES = {"hub.urls", "hub.members.admin", "unfold.admin", "ninja", "pydantic", "jwt", "reportlab", "stripe"}
STARTED = "import django, sys; django.setup(); print(*sys.modules)"


def test_what_pages_need_is_not_imported_as_django_starts() -> None:
    environment = os.environ | {"DOORWARD_DATA": str(DATA)}
    done = subprocess.run(
        [sys.executable, "-c", STARTED], env=environment, capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.split())
    assert "hub.members.models" in imported
    assert imported.isdisjoint(PAGES)


def test_no_command_of_ours_looks_at_all_pages_first() -> None:
    """As Django's own do for its system checks."""
    own = {name: room for name, room in get_commands().items() if str(room).startswith("hub")}
    assert len(own) > 20
    assert [name for name, room in own.items() if load_command_class(room, name).requires_system_checks] == []
