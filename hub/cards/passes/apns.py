"""Apple's Push Notification service: a phone is told to look whether its passes changed, and nothing else.

HTTP/2, the pass's certificate as ours, its type as the topic, an empty dictionary as what is said ("Adding a Web
Service to Update Passes", "Sending notification requests to APNs"). Must not know the database.
"""

import ssl
import tempfile
from typing import Final

import httpx
from cryptography.hazmat.primitives.serialization import Encoding

from hub.cards.passes.answers import TIMEOUT, Answer, word_of
from hub.cards.passes.configuration import Apple

URL: Final = "https://api.push.apple.com"
_TAKEN, _GONE, _REFUSED = 200, 410, 400
_NO_SUCH: Final = ("BadDeviceToken", "DeviceTokenNotForTopic", "Unregistered")
"""The pass is not on that phone any more, or never was."""


class Apns:
    """A conversation; several pushes go by one connection."""

    def __init__(self, apple: Apple, key_file: str, url: str = URL) -> None:
        """OSError: the key's file is another one now."""
        self._topic = apple.pass_type
        self._url = url
        context = ssl.create_default_context()
        _prove(context, apple, key_file)
        self._client = httpx.Client(http1=False, http2=True, verify=context, timeout=TIMEOUT, trust_env=False)

    def push(self, token: str) -> Answer:
        """To the phone with this token."""
        headers = {"apns-topic": self._topic, "apns-push-type": "background", "apns-priority": "5"}
        try:
            response = self._client.post(f"{self._url}/3/device/{token}", content=b"{}", headers=headers)
        except Exception as error:  # noqa: BLE001 - whatever Apple's side does costs this push alone
            return Answer(word_of(error), everybody=True)
        return _answer(response)

    def close(self) -> None:
        self._client.close()


def _prove(context: ssl.SSLContext, apple: Apple, key_file: str) -> None:
    """Only the key's own file has it: what is written anew is the certificates, in the form that TLS takes."""
    with tempfile.NamedTemporaryFile(suffix=".pem") as chain:
        for each in (apple.certificate, apple.wwdr):
            chain.write(each.public_bytes(Encoding.PEM))
        chain.flush()
        context.load_cert_chain(chain.name, key_file)


def _answer(response: httpx.Response) -> Answer:
    if response.status_code == _TAKEN:
        return Answer()
    reason = _reason(response)
    if response.status_code == _GONE or (response.status_code == _REFUSED and reason in _NO_SUCH):
        return Answer("gone", gone=True)
    # Certificate or topic, or Apple's own trouble: others would fare no better.
    return Answer(f"refused {response.status_code} {reason}".strip(), everybody=True)


def _reason(response: httpx.Response) -> str:
    """Apple's word, where it is one."""
    try:
        reason = response.json()["reason"]
    except (ValueError, KeyError, TypeError):
        return ""
    fits = isinstance(reason, str) and reason.isascii() and reason.isalnum() and len(reason) <= 40
    return reason if fits else ""
