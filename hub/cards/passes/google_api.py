"""The Google Wallet API: a card as it stands now, put where Google has it. Must not know the database.

Signed in as the service account (RFC 7523: a signed claim for a token that counts for an hour).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import httpx
import jwt

from hub.cards.passes.answers import TIMEOUT, Answer, word_of
from hub.cards.passes.configuration import Google

URL: Final = "https://walletobjects.googleapis.com/walletobjects/v1"
_SCOPE: Final = "https://www.googleapis.com/auth/wallet_object.issuer"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LASTS_S: Final = 3_600
"""The longest that a claim may count for."""
_NOT_FOUND, _CONFLICT = 404, 409
_OURS: Final = (401, 403, 429)
"""Account, rights, or too much at once: not this card's own."""


class _Refused(Exception):
    """Signing in was."""


class GoogleApi:
    """A conversation, in which one token serves."""

    def __init__(self, google: Google, now: Callable[[], datetime], url: str = URL) -> None:
        self._google = google
        self._now = now
        self._url = url
        self._token = ""
        self._client = httpx.Client(timeout=TIMEOUT, trust_env=False)

    def put(self, card: dict[str, Any], card_class: str) -> Answer:
        """The whole object, new or changed; its class is made where there is none."""
        try:
            response = self._change(card)
            if response.status_code == _NOT_FOUND:
                response = self._make(card, card_class)
            if response.status_code == _CONFLICT:
                # Meanwhile the member has saved it by the link.
                response = self._change(card)
        except _Refused as error:
            return Answer(str(error), everybody=True)
        except Exception as error:  # noqa: BLE001 - whatever Google's side does costs this card alone
            return Answer(word_of(error), everybody=True)
        return _answer(response)

    def close(self) -> None:
        self._client.close()

    def _change(self, card: dict[str, Any]) -> httpx.Response:
        return self._ask("PUT", f"genericObject/{card['id']}", card)

    def _make(self, card: dict[str, Any], card_class: str) -> httpx.Response:
        made = self._ask("POST", "genericClass", {"id": card_class})
        if not made.is_success and made.status_code != _CONFLICT:
            return made
        return self._ask("POST", "genericObject", card)

    def _ask(self, method: str, path: str, said: dict[str, Any]) -> httpx.Response:
        self._token = self._token or self._sign_in()
        headers = {"authorization": f"Bearer {self._token}"}
        return self._client.request(method, f"{self._url}/{path}", json=said, headers=headers)

    def _sign_in(self) -> str:
        at = int(self._now().timestamp())
        address = self._google.token_uri
        claims = {"iss": self._google.account, "scope": _SCOPE, "aud": address, "iat": at, "exp": at + _LASTS_S}
        assertion = jwt.encode(claims, self._google.key, algorithm="RS256")
        response = self._client.post(address, data={"grant_type": _GRANT, "assertion": assertion})
        if not response.is_success:
            raise _Refused(f"sign_in {response.status_code}")
        return str(response.json()["access_token"])


def _answer(response: httpx.Response) -> Answer:
    code = response.status_code
    if response.is_success:
        return Answer()
    others = code in _OURS or code >= 500
    return Answer(f"refused {code}", final=not others and code != _CONFLICT, everybody=others)
