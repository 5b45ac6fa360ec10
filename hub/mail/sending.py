"""A letter handed over to whoever carries it: a server by SMTP, a folder of files, or the terminal.

What went wrong is told by a word of ours: a server's own words may quote the letter, or what signs us in.
"""

import smtplib
import ssl
import sys
from email.utils import formataddr
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.filebased import EmailBackend as FileBackend
from django.utils import timezone

from hub.environment import MailWay
from hub.mail.draft import Draft
from hub.mail.operations import Outcome

TIMEOUT_S: Final = 20.0
"""For each step of a conversation."""
_NEVER: Final = range(500, 600)
"""RFC 5321, 4.2.1: it would not be taken another time either."""


class _File(FileBackend):
    """One letter's: Django's own names come again within a second, and two letters would be one file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(file_path=str(folder))
        self._fname = str(folder / f"{timezone.now():%Y%m%d-%H%M%S}-{uuid4().hex}.log")


def connection_to(way: MailWay) -> BaseEmailBackend:
    """Not open yet. OSError: there is no such folder and it cannot be made."""
    if way.folder is not None:
        # Whoever may read the folder could open members' cards.
        way.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _File(way.folder)
    return get_connection(f"django.core.mail.backends.{way.backend}.EmailBackend", **_told(way))


def _told(way: MailWay) -> dict[str, Any]:
    if not way.host:
        # What a worker writes to stdout is its log.
        return {"stream": sys.stderr}
    return {
        "host": way.host,
        "port": way.port,
        "username": way.user,
        "password": way.password,
        "use_tls": way.tls == "starttls",
        "use_ssl": way.tls == "tls",
        "timeout": TIMEOUT_S,
    }


def message_of(draft: Draft, recipient: str, message_id: str) -> EmailMultiAlternatives:
    """Nobody's absence note answers it (RFC 3834)."""
    headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    if draft.unsubscribe:
        headers["List-Unsubscribe"] = f"<{draft.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        draft.subject,
        draft.text,
        formataddr((draft.sender, settings.ENVIRONMENT.mail.sender)),
        [recipient],
        headers=headers,
        reply_to=[draft.reply_to] if draft.reply_to else None,
    )
    if draft.html:
        message.attach_alternative(draft.html, "text/html")
    return message


def failed(error: Exception) -> Outcome:
    """What an error in sending means for the letter: refused for good only where the server says just that."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [(code, _said)] = error.recipients.values()
        return Outcome(f"refused {code}", final=code in _NEVER)
    if isinstance(error, smtplib.SMTPDataError):
        return Outcome(f"refused {error.smtp_code}", final=error.smtp_code in _NEVER)
    return Outcome(_word(error), final=isinstance(error, ValueError) and not isinstance(error, OSError))


def _word(error: Exception) -> str:
    """Of what is as a rule the matter of the server or of our settings, and may be mended."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"sign_in {error.smtp_code}"
    if isinstance(error, smtplib.SMTPSenderRefused):
        return f"sender {error.smtp_code}"
    if isinstance(error, ssl.SSLError):
        return "tls"
    # smtplib tells amid a conversation that was silent for too long as one that broke.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "timeout"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "not_supported"
    if isinstance(error, OSError) and error.filename is not None:
        return "not_written"
    return "no_connection" if isinstance(error, OSError) else type(error).__name__[:64]
