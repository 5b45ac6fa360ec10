"""A phone's passkeys in plain Python: what a browser answers to the hub's challenges (WebAuthn Level 2, 6)."""

import json
import os
import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftPasskey:
    """`counts`: as a key of old that counts; the others always say 0. What is wrong with an answer is said by
    name."""

    counts: bool = False
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(16))
    handle: bytes = b""
    count: int = 0

    def create(self, options: dict[str, Any], **wrong: Any) -> str:
        asked = options["publicKey"]
        self.handle = websafe_decode(asked["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = (
            bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + cbor.encode(public)
        )
        data = self._data(ATTESTED, wrong) + credential
        attestation = cbor.encode({"fmt": "none", "authData": data, "attStmt": {}})
        client = self._client("webauthn.create", asked["challenge"], wrong)
        return self._answer({"clientDataJSON": client, "attestationObject": attestation})

    def get(self, options: dict[str, Any], **wrong: Any) -> str:
        asked = options["publicKey"]
        client = self._client("webauthn.get", asked["challenge"], wrong)
        data = self._data(0, wrong)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        said = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer({**said, "userHandle": wrong.get("handle", self.handle)})

    def _data(self, flags: int, wrong: dict[str, Any]) -> bytes:
        self.count += int(self.counts)
        flags |= PRESENT | (0 if wrong.get("unverified") else VERIFIED)
        host = wrong.get("host", settings.ENVIRONMENT.host)
        return sha256(host.encode()).digest() + struct.pack(">BI", flags, wrong.get("count", self.count))

    def _client(self, kind: str, challenge: str, wrong: dict[str, Any]) -> bytes:
        origin = wrong.get("origin", settings.DOORWARD_URL)
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()

    def _answer(self, response: dict[str, bytes]) -> str:
        name = websafe_encode(self.credential_id)
        told = {each: websafe_encode(value) for each, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": told})
