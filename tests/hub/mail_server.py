"""A mail server: real SMTP on the loopback, which takes, refuses, hangs or dies as a test tells it to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

PATIENCE_S = 60.0


@dataclass
class MailServer:
    """`answers`: by command (MAIL, RCPT, DATA, AUTH; "." for the letter itself) what it says instead of yes; an
    empty answer: it hangs up. `hangs` names the command that it never answers, until it is let go."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    hangs: str = ""
    offers: tuple[str, ...] = ()
    released: threading.Event = field(default_factory=threading.Event)
    heard: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(each, policy=policy.default) for each in self.raw]  # type: ignore[misc]

    def wait_for(self, count: int) -> None:
        with self.came:
            assert self.came.wait_for(lambda: len(self.raw) >= count, PATIENCE_S)

    def take(self, letter: bytes) -> None:
        with self.came:
            self.raw.append(letter)
            self.came.notify_all()


class _Conversation(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        self._say("220 mail.club.example")
        while line := self.rfile.readline():
            text = line.decode().strip()
            self.server.mail.heard.append(text)
            if not self._answer(text.split(" ")[0].upper()):
                return

    def _answer(self, command: str) -> bool:
        if command == "EHLO":
            return self._say(
                "\r\n".join(f"250-{each}" for each in ("mail", *self.server.mail.offers)) + "\r\n250 8BITMIME"
            )
        if command == "DATA" and self._says("DATA", "354 go on"):
            letter = b"".join(iter(self.rfile.readline, b".\r\n"))
            self.server.mail.take(letter)
            return self._says(".", "250 taken")
        if command == "DATA":
            return "DATA" in self.server.mail.answers and self.server.mail.answers["DATA"] != ""
        return self._says(command, {"QUIT": "221 bye", "AUTH": "235 come in"}.get(command, "250 ok"))

    def _says(self, command: str, otherwise: str) -> bool:
        """Whether it goes on; of DATA: whether the letter comes."""
        if self.server.mail.hangs == command:
            self.server.mail.released.wait(PATIENCE_S)
            return False
        answer = self.server.mail.answers.get(command, otherwise)
        if not answer:
            return False
        self._say(answer)
        return answer == otherwise if command == "DATA" else True

    def _say(self, text: str) -> bool:
        try:
            self.wfile.write(f"{text}\r\n".encode())
        except OSError:
            return False
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    block_on_close = False
    mail: MailServer


@contextmanager
def mail_server(**behaviour: Any) -> Iterator[MailServer]:
    mail = MailServer(**behaviour)
    server = _Server(("127.0.0.1", 0), _Conversation)
    server.mail, mail.port = mail, server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield mail
    finally:
        mail.released.set()
        server.shutdown()
        server.server_close()
