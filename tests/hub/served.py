"""The hub served over HTTP by threads of the test, on the test's own database: what is patched holds there."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from hub.wsgi import application


class _Threads(ThreadingMixIn, WSGIServer):
    """Chromium opens connections that it says nothing on."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_said: Any) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    """Its address. Each request has a thread, which leaves no connection to the database open."""
    server = make_server("127.0.0.1", 0, application, server_class=_Threads, handler_class=_Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
