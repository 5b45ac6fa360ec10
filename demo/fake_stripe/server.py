"""The fake at HTTP: the API under /v1/, and the pages that people see."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from demo.fake_stripe import pages
from demo.fake_stripe.control import Asked, Fake
from demo.fake_stripe.faults import Kind, problem_of
from demo.fake_stripe.forms import parse
from demo.fake_stripe.idempotency import Answer
from demo.fake_stripe.problems import Problem
from demo.fake_stripe.routes import answer
from demo.fake_stripe.world import API_VERSION


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def serving(fake: Fake, port: int = 0) -> Iterator[Fake]:
    """On the loopback, until it is left; `fake.address` says where."""
    server = _Server(("127.0.0.1", port), _handler(fake))
    fake.world.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield fake
    finally:
        fake.let_go.set()
        server.shutdown()
        server.server_close()


def _ask(fake: Fake, asked: Asked) -> Answer:
    try:
        with fake.world.lock:
            return 200, json.dumps(answer(fake.world, asked.method, asked.path, asked.form)).encode()
    except Problem as problem:
        return problem.status, json.dumps(problem.body).encode()


def _checked(fake: Fake, asked: Asked, authorization: str) -> tuple[Answer, bool]:
    """The answer, and whether it is an old one. Problem."""
    if authorization != f"Bearer {fake.api_key}":
        raise Problem(401, "invalid_request_error", "Invalid API Key provided.")
    if asked.version != API_VERSION:
        raise Problem(400, "invalid_request_error", f"Invalid Stripe API version: {asked.version}")
    if asked.method == "GET" or not asked.key:
        return _ask(fake, asked), False
    question = json.dumps([asked.method, asked.path, asked.form], sort_keys=True)
    return fake.keys.once(asked.key, question, lambda: _ask(fake, asked))


def _handler(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def do_DELETE(self) -> None:
            self._answer("DELETE")

        def _answer(self, method: str) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
            if not address.path.startswith("/v1/"):
                return self._page(address.path, parse(body) if method == "POST" else None)
            return self._api(
                Asked(
                    method,
                    address.path.removeprefix("/v1/"),
                    parse(body or address.query),
                    self.headers.get("idempotency-key", ""),
                    self.headers.get("stripe-version", ""),
                )
            )

        def _api(self, asked: Asked) -> None:
            fake.asked.append(asked)
            fault = fake.fault_of(asked.method, asked.path)
            if fault in (Kind.HANGS, Kind.CUT):
                return self._silent(fault)
            try:
                if fault is not None and (problem := problem_of(fault)):
                    raise problem
                (status, said), old = _checked(fake, asked, self.headers.get("authorization", ""))
            except Problem as problem:
                (status, said), old = (problem.status, json.dumps(problem.body).encode()), False
            if fault == Kind.CUT_AFTER:
                return self._silent(fault)
            headers = {"content-type": "application/json", "request-id": fake.world.number("req")}
            if old:
                headers["idempotent-replayed"] = "true"
            return self._say(status, b"<html>" if fault == Kind.GARBAGE else said, headers)

        def _silent(self, fault: Kind) -> None:
            if fault == Kind.HANGS:
                fake.let_go.wait(60)
            self.close_connection = True

        def _page(self, path: str, form: dict[str, str] | None) -> None:
            with fake.world.lock:
                shown = pages.answer(fake, path, form)
            headers = {"content-type": "text/html; charset=utf-8"}
            if shown.goes_to:
                headers["location"] = shown.goes_to
            self._say(shown.status, shown.html.encode(), headers)

        def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    return Handler
