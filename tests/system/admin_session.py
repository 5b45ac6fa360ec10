"""`python -m tests.system.admin_session`: makes an admin at the hub and prints the key of a session of theirs."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from hub.access.roles import Role  # noqa: E402
from tests.hub.colleagues import a_user, client_of  # noqa: E402

if __name__ == "__main__":
    print(client_of(a_user("admin", Role.ADMIN)).cookies["sessionid"].value)
