"""Apple's push service and Google's API, as real servers on the loopback: TLS and HTTP/2 there, HTTP here."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import h2.config
import h2.connection
import h2.events
import jwt

from tests.hub import wallet_files
from tests.hub.wallet_files import pem_of, put


@dataclass
class PushService:
    """`answers`: a status and a reason by the token; otherwise 200."""

    port: int = 0
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    pushes: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def tokens(self) -> list[str]:
        return [token for token, _headers, _body in self.pushes]

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        token = headers[":path"].removeprefix("/3/device/")
        self.pushes.append((token, headers, body))
        status, reason = self.answers.get(token, (200, ""))
        return status, json.dumps({"reason": reason}).encode() if reason else b""


@contextmanager
def push_service(folder: Path, **behaviour: Any) -> Iterator[PushService]:
    """Takes those alone who show a certificate of the throw-away authority's."""
    service = PushService(**behaviour)
    theirs = wallet_files.server()
    chain = put(folder, "server.pem", pem_of(theirs.key) + theirs.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    context.load_verify_locations(cadata=wallet_files.root().pem.decode())
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        service.port = listening.getsockname()[1]
        threading.Thread(target=_accept, args=(listening, context, service), daemon=True).start()
        yield service
        # Who waits in accept() is not woken by close() alone.
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, context: ssl.SSLContext, service: PushService) -> None:
    while True:
        try:
            plain, _address = listening.accept()
        except OSError:
            return
        with suppress(OSError, ssl.SSLError):
            _serve(context.wrap_socket(plain, server_side=True), service)


def _serve(connection: ssl.SSLSocket, service: PushService) -> None:
    service.connections += 1
    assert connection.selected_alpn_protocol() == "h2"
    talk = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
    talk.initiate_connection()
    asked: dict[int, tuple[dict[str, str], bytes]] = {}
    with connection:
        connection.sendall(talk.data_to_send())
        while data := connection.recv(65_536):
            for event in talk.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    asked[event.stream_id] = (dict(event.headers), b"")
                elif isinstance(event, h2.events.DataReceived):
                    headers, body = asked[event.stream_id]
                    asked[event.stream_id] = (headers, body + event.data)
                    talk.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    status, said = service.answer(*asked.pop(event.stream_id))
                    talk.send_headers(event.stream_id, [(":status", str(status))], end_stream=not said)
                    if said:
                        talk.send_data(event.stream_id, said, end_stream=True)
            connection.sendall(talk.data_to_send())


@dataclass
class WalletService:
    """Google's, which keeps what it is given. `status`: it answers everything so; `sign_in`: signing in.
    `saving`: the member saves the card by its link as soon as it was asked for."""

    port: int = 0
    status: int = 0
    sign_in: int = 200
    saving: bool = False
    classes: set[str] = field(default_factory=set)
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/walletobjects/v1"

    @property
    def token_uri(self) -> str:
        return f"http://127.0.0.1:{self.port}/token"

    def answer(self, method: str, path: str, authorization: str, body: bytes) -> tuple[int, dict[str, Any]]:
        with self.came:
            self.asked.append((method, path))
            self.came.notify_all()
        if path == "/token":
            return self._signed_in(parse_qs(body.decode()))
        if self.status:
            return self.status, {}
        if authorization != "Bearer t0ken":
            return 401, {}
        said = json.loads(body)
        if path.endswith("/genericClass"):
            self.classes.add(said["id"])
            return 200, said
        return self._put(method, path, said)

    def _put(self, method: str, path: str, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if method == "PUT" and path.rpartition("/")[2] not in self.cards:
            if self.saving:
                self.cards[said["id"]] = {"state": "ACTIVE"}
            return 404, {}
        if method == "POST" and said["id"] in self.cards:
            return 409, {}
        if said["classId"] not in self.classes:
            return 400, {}
        self.cards[said["id"]] = said
        return 200, said

    def _signed_in(self, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        public = wallet_files.rsa_key().public_key()
        # Tests' clocks run ahead.
        clocks = {"verify_iat": False, "verify_exp": False}
        claims = jwt.decode(form["assertion"][0], public, ["RS256"], clocks, audience=self.token_uri)
        assert claims["iss"] == wallet_files.ACCOUNT
        assert claims["scope"] == "https://www.googleapis.com/auth/wallet_object.issuer"
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        return self.sign_in, {"access_token": "t0ken", "expires_in": 3599}


@contextmanager
def wallet_service(**behaviour: Any) -> Iterator[WalletService]:
    service = WalletService(**behaviour)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            status, said = service.answer(self.command, self.path, self.headers.get("authorization", ""), body)
            answer = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_PUT = do_POST

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
