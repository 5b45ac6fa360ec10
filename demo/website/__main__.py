"""`python -m demo.website --port 8300`: the website as a process.

What it has from its page at the hub comes by the environment: DOORWARD_HUB, DOORWARD_ISSUER, DOORWARD_KEY.
"""

import argparse
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from demo.website.pages import LOOK, TOLD, page, policy
from demo.website.tokens import Known

_FILES = {"/look.css": (LOOK, "text/css"), "/told.js": (TOLD, "text/javascript")}


class Website(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, known: Known) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.known = known


class _Handler(BaseHTTPRequestHandler):
    server: Website

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        text, kind = _FILES.get(path, (page(path, self.server.known), "text/html"))
        self.send_response(404 if text is None else 200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", policy(self.server.known))
        # A page with a token is one visitor's.
        self.send_header("Cache-Control", "private, no-store")
        self.end_headers()
        self.wfile.write((text or "There is no such page.").encode())

    def log_message(self, *_: object) -> None:
        """A visitor's pages are nobody's business."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="demo.website", description="A website with the hub's join pages.")
    parser.add_argument("--port", type=int, default=8300)
    port = parser.parse_args().port
    known = Known(*(os.environ[name] for name in ("DOORWARD_HUB", "DOORWARD_ISSUER", "DOORWARD_KEY")))
    with Website(port, known) as website:
        website.serve_forever()


if __name__ == "__main__":
    main()
