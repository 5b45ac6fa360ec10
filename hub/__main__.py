"""`python -m hub`, installed as `doorward-hub`: the hub's own commands and Django's."""

import getpass
import os
import select
import signal
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from hub import environment, keys
from hub.audit.acting import HUB, Actor, ActorKind, acting
from hub.errors import HubError

_PREPARE: Final = {"init", "broker_setup", "restore"}
"""Of the hub's own commands those that work before there is a database."""
_NOBODYS: Final = {"web", "worker", "serve"}
"""What these change, others ask for, or time."""
_UNTOLD: Final = {"createsuperuser", "changepassword"}
"""Of Django's: they go past the roles and the audit log, as `owner_link` does not."""
_PACKAGES: Final = (
    "django",
    "unfold",
    "dj_database_url",
    "cryptography",
    "paho",
    "gunicorn",
    "whitenoise",
    "segno",
    "barcode",
    "reportlab",
    "httpx",
    "h2",
    "jwt",
    "ninja",
    "standardwebhooks",
    "import_export",
)
_VARIABLES: Final = (
    *("DATABASE_URL", "DOORWARD_URL", "DOORWARD_SECOND_FACTOR", "DOORWARD_MAIL", "DOORWARD_MAIL_FROM"),
    *("DOORWARD_BROKER", "DOORWARD_BROKER_FOR_EDGES", "DOORWARD_BROKER_RIGHTS"),
    *("DOORWARD_WALLET", "DOORWARD_GOOGLE_ISSUER"),
)


class NotInstalled(HubError):
    """The packages that the hub needs beyond the contract's are not here."""


def main() -> None:
    """Runs the command in sys.argv. What is wrong with the set-up is told on stderr, with exit code 2.

    Whoever reads what it prints may stop early, as `head` does: then it ends without a word, by SIGPIPE.
    """
    try:
        try:
            _main()
        finally:
            # What is left over would be written at the interpreter's own end, where nothing is caught any more.
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        if not _is_unread():
            raise
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.raise_signal(signal.SIGPIPE)


def _is_unread() -> bool:
    """Whether nobody reads stdout or stderr any more: a pipe that broke may be another one, as to a database."""
    poll = select.poll()
    for number in (1, 2):
        poll.register(number, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def _main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    arguments = sys.argv[1:] or ["help"]
    try:
        _check_packages()
    except NotInstalled as error:
        sys.exit(_told(error))
    if arguments[0] == "help" or {"-h", "--help"} & set(arguments) or arguments == ["config", "schema"]:
        _tell(arguments)
    else:
        _command(arguments)


def _check_packages() -> None:
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise NotInstalled(f"the hub's packages are not installed ({missing[0]} is missing): pip install '.[hub]'")


def _tell(arguments: list[str]) -> None:
    """Help, and the schema of configurations.

    Told by a hub with nothing in it: whoever asks may have no keys yet, or wrong variables.
    """
    with tempfile.TemporaryDirectory(prefix="doorward-help-") as folder:
        keys.create_missing(Path(folder) / "keys")
        for name in _VARIABLES:
            os.environ.pop(name, None)
        os.environ["DOORWARD_DATA"] = folder
        if arguments in (["help"], ["-h"], ["--help"]):
            _list_commands()
        else:
            _run(["doorward-hub", *arguments])


def _list_commands() -> None:
    """Doorward's own with what they do, Django's by their names."""
    import django  # noqa: PLC0415
    from django.core.management import get_commands, load_command_class  # noqa: PLC0415

    django.setup()
    rooms = get_commands()
    own = sorted(name for name, room in rooms.items() if str(room).startswith("hub"))
    lines = [f"  {name:18} {load_command_class(rooms[name], name).help}" for name in own]
    others = ", ".join(sorted(rooms.keys() - set(own) - _UNTOLD))
    print("usage: doorward-hub COMMAND; doorward-hub help COMMAND tells its options\n")  # noqa: T201
    print("\n".join([*lines, "", f"Django's own: {others}"]))  # noqa: T201


def _command(arguments: list[str]) -> None:
    command = arguments[0]
    made: list[Path] = []
    try:
        # Settings are built from the keys.
        if command == "init":
            made += keys.create_missing(environment.data_folder(os.environ) / "keys")
        if command == "restore":
            from hub.backup import keys_first  # noqa: PLC0415 (its packages are known to be there only now)

            made += keys_first.put_back(arguments[1:], os.environ)
        _set_up(command)
        with acting(_actor(command)):
            _run(["doorward-hub", *arguments])
    except HubError as error:
        # New keys beside old cards would hide that the old ones are missing.
        for path in made:
            path.unlink()
        sys.exit(_told(error))


def _actor(command: str) -> Actor:
    """Whoever has the terminal, for the audit log; who became another user by sudo is told by the first name."""
    if command in _NOBODYS:
        return HUB
    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        name = f"user {os.getuid()}"
    return Actor(ActorKind.COMMAND, f"doorward-hub by {name}")


def _set_up(command: str) -> None:
    import hub.settings  # noqa: F401, PLC0415

    if command in _PREPARE:
        return
    import django  # noqa: PLC0415
    from django.core.management import get_commands  # noqa: PLC0415

    django.setup()
    if command == "check":
        from hub import urls  # noqa: F401, PLC0415 (with it comes the back office, which is checked as well)
    if str(get_commands().get(command)).startswith("hub"):
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
