"""`python -m tests.system.admin_session [ROLE]`: makes an admin at the hub, or somebody of that role, and prints
the key of a session of theirs."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from hub.access.roles import Role  # noqa: E402
from tests.hub.colleagues import a_user, client_of  # noqa: E402

if __name__ == "__main__":
    role = Role(sys.argv[1]) if len(sys.argv) > 1 else Role.ADMIN
    print(client_of(a_user(role.name.lower(), role)).cookies["sessionid"].value)
