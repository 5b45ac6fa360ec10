"""`python -m hub`, installed as `doorward-hub`: the hub's own commands and Django's."""

import os
import sys
from pathlib import Path
from typing import Final

from hub import environment, keys
from hub.errors import HubError

_NEED_A_DATABASE: Final = {"web", "worker", "example_club", "checkins", "createsuperuser", "revoke_membership"}


def main() -> None:
    """Runs the command in sys.argv. What is wrong with the set-up is told on stderr, with exit code 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    made: list[Path] = []
    try:
        # Settings are built from the keys.
        if command == "init":
            made += keys.create_missing(environment.data_folder(os.environ) / "keys")
        _set_up(command)
        _run(["doorward-hub", command, *sys.argv[2:]])
    except HubError as error:
        # New keys beside old cards would hide that the old ones are missing.
        for path in made:
            path.unlink()
        sys.exit(_told(error))


def _set_up(command: str) -> None:
    import hub.settings  # noqa: F401, PLC0415

    if command in _NEED_A_DATABASE:
        import django  # noqa: PLC0415

        django.setup()
        from hub.startup import check_database  # noqa: PLC0415

        check_database()


def _run(arguments: list[str]) -> None:
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(arguments)


def _told(error: HubError) -> int:
    print(f"doorward-hub: {error}", file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    main()
