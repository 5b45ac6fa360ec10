"""`doorward-hub mail test ADDRESS`: sends a letter at once, past the outbox, and says what becomes of it."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.environment import MailWay
from hub.mail.draft import BadLetter, Draft, check
from hub.mail.sending import connection_to, failed, message_of
from hub.organization.queries import organization

_DO = {
    "sign_in": "it does not let us in: are user and password right?",
    "sender": "it takes no letters from the address in DOORWARD_MAIL_FROM.",
    "refused": "it does not take letters to that address.",
    "tls": "its certificate does not prove its name, or it does not speak TLS there.",
    "timeout": "it does not answer in time: is it the right port?",
    "not_supported": "it does not offer what DOORWARD_MAIL asks for (STARTTLS, or signing in).",
    "not_written": "that folder cannot be written: is it there, and ours?",
    "no_connection": "there is no connection, or it was ended: are host and port right?",
}


class Command(BaseCommand):
    help = "Sends a letter to try the hub's mail: `mail test you@club.example`."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        asked = parser.add_subparsers(dest="asked", required=True, metavar="test")
        test = asked.add_parser("test", help="send a letter to this address at once")
        test.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> None:
        way = settings.ENVIRONMENT.mail
        if way is None:
            raise CommandError("this hub sends no mail: set DOORWARD_MAIL and DOORWARD_MAIL_FROM")
        name = str(organization())
        draft = Draft(f"Test of {name}", f"{name} can send mail.\n\n{settings.DOORWARD_URL}\n", sender=name)
        try:
            check(draft, options["address"])
        except BadLetter as error:
            raise CommandError(str(error)) from error
        self._send(draft, options["address"], way)

    def _send(self, draft: Draft, address: str, way: MailWay) -> None:
        message = message_of(draft, address, f"<{uuid4().hex}@{settings.ENVIRONMENT.host}>")
        try:
            connection_to(way).send_messages([message])
        except Exception as error:
            word = failed(error).error
            says = _DO.get(word.split(" ", maxsplit=1)[0], "the letter could not be written.")
            raise CommandError(f"{way} ({word}): {says}") from error
        self.stdout.write(f"Sent by {way} from {way.sender}: look whether it has come to {address}.")
