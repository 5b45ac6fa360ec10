"""A receiver of webhooks: a real HTTP server on the loopback that answers as a test tells it to."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Got:
    """What came: its headers by their small names."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """As the library's own verifier has it. WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """`code`, `answer` and `headers` are what it says; `hangs`: nothing, until the test lets it go."""

    port: int = 0
    code: int = 200
    answer: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    garbage: bool = False
    released: threading.Event = field(default_factory=threading.Event)
    got: list[Got] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    def wait_for(self, count: int, patience_s: float = 60.0) -> list[Got]:
        with self.came:
            assert self.came.wait_for(lambda: len(self.got) >= count, patience_s), (
                f"{len(self.got)} of {count} came"
            )
            return list(self.got)

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self.came:
            self.got.append(Got(handler.path, headers, body))
            self.came.notify_all()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    """With five, as it is otherwise, connections of two workers at once wait until they are given up."""


@contextmanager
def receiving(**behaviour: Any) -> Iterator[Receiver]:
    receiver = Receiver(**behaviour)
    server = _Server(("127.0.0.1", 0), _handler(receiver))
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    serving.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()


def closed_port() -> int:
    """One on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.take(self)
            if receiver.hangs:
                receiver.released.wait()
            if receiver.garbage:
                self.wfile.write(b"\x00\xffnot http at all\r\n\r\n")
                return
            self.send_response(receiver.code)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(receiver.answer)))
            self.end_headers()
            self.wfile.write(receiver.answer)

        def do_GET(self) -> None:
            receiver.take(self)
            self.send_error(405)

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    return Handler
