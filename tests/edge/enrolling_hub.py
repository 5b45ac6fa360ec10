"""A hub that enrols edges, as far as an edge sees it: the contract's accept and answer over HTTP."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from contract.enrolment import Accepted, Delivered, Issued, accept, answer
from contract.enrolment_code import EnrolError, make_code
from contract.instants import to_us
from tests.enrolled import EDGE, FEED, HUB_KEY, ORGANIZATION_KEY, authority

AT = datetime(2031, 2, 3, tzinfo=UTC)


class EnrollingHub:
    """`requests` are what came; `reply` may be replaced to answer otherwise: (status, headers, body)."""

    def __init__(self) -> None:
        self.issued = Issued(make_code(b"0123456789", HUB_KEY.verifying.public), EDGE, AT + timedelta(hours=1))
        self.code = self.issued.code.text()
        self.requests: list[bytes] = []
        self.loses_answers = 0
        self.reply: Callable[[bytes], tuple[int, dict[str, str], bytes]] = self.answered
        self.change: Callable[[bytes], bytes] = lambda body: body
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hub._handle(self)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answered(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        try:
            accepted = accept(self.issued, request, AT)
        except EnrolError as error:
            body = json.dumps({"why": error.why, "text": str(error)}).encode()
            return 400, {"Content-Type": "application/json"}, body
        self.issued = accepted.issued
        return 200, {"Content-Type": "application/cbor"}, answer(accepted, self.delivered(accepted), HUB_KEY)

    def delivered(self, accepted: Accepted) -> Delivered:
        return Delivered(
            broker_host="127.0.0.1",
            broker_port=1883,
            broker_tls=False,
            authority=[authority().der()],
            certificate=[self.certificate(accepted)],
            organization_key=ORGANIZATION_KEY,
            feed=FEED,
            epoch=1_000,
            orders_epoch=2_000,
            generation=3,
            at_us=to_us(AT),
        )

    def certificate(self, accepted: Accepted) -> bytes:
        request = x509.load_der_x509_csr(accepted.asked.certificate_request)
        assert request.is_signature_valid
        ca = authority()
        builder = (
            x509.CertificateBuilder()
            .subject_name(request.subject)
            .issuer_name(ca.certificate.subject)
            .public_key(request.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(AT)
            .not_valid_after(AT + timedelta(days=365))
        )
        return builder.sign(ca.key, SHA256()).public_bytes(Encoding.DER)

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        assert (handler.path, handler.headers["Content-Type"]) == ("/enrol", "application/cbor")
        self.requests.append(body)
        status, headers, reply = self.reply(body)
        if self.loses_answers:
            self.loses_answers -= 1
            handler.close_connection = True
            return
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(self.change(reply))
