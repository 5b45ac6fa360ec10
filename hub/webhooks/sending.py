"""Messages on their way by HTTP, many at once, in a thread of its own: what each was answered with.

No redirect is followed, no proxy asked, no cookie kept; a connection serves one message alone, so that none goes
where another was checked for. Must not know the database.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from hub.webhooks import addresses
from hub.webhooks.addresses import AddressRefused, Rules
from hub.webhooks.lookups import Lookups

CONNECT_S: Final = 5.0
WHOLE_S: Final = 15.0
"""Standard Webhooks 1.0.0, "Request timeouts": 15 to 30 s."""
ANSWER_BYTES_MAX: Final = 4_096
_RETRY_AFTER_DIGITS_MAX: Final = 6
_CLOSING_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Message:
    """`rules`: where it may go. The body and what proves it stay out of every repr."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    rules: Rules


@dataclass(frozen=True, slots=True)
class Answer:
    """`code` None: nobody answered, and `error` says why in a word. `text` is at most 4 kB of it, to be read."""

    code: int | None = None
    text: str = ""
    error: str = ""
    retry_after_s: int = 0

    @property
    def taken(self) -> bool:
        return self.code is not None and 200 <= self.code < 300


class Sending:
    """`send` returns at once; `answered` is called later, from its thread. `whole_s` is a message's whole time."""

    def __init__(self, whole_s: float = WHOLE_S) -> None:
        self._whole_s = whole_s
        self._loop = asyncio.new_event_loop()
        self._client: httpx.AsyncClient | None = None
        self._lookups = Lookups()
        self._thread = threading.Thread(target=self._loop.run_forever, name="webhooks-http", daemon=True)
        self._thread.start()

    def send(self, message: Message, answered: Callable[[Answer], None]) -> None:
        future = asyncio.run_coroutine_threadsafe(self._answer(message), self._loop)
        future.add_done_callback(lambda done: None if done.cancelled() else answered(done.result()))

    def close(self) -> None:
        """What is on its way is given up."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_CLOSING_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSING_S)
        self._loop.close()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    async def _answer(self, message: Message) -> Answer:
        try:
            async with asyncio.timeout(self._whole_s):
                return await self._post(message)
        except Exception as error:  # noqa: BLE001 - whatever a receiver does costs its message alone
            return Answer(error=_word_of(error))

    async def _post(self, message: Message) -> Answer:
        parts = addresses.check(message.url, message.rules)
        address = await addresses.resolved(parts, message.rules, self._lookups)
        self._client = self._client or _client()
        # To the address that was checked, whatever the name stands for a moment later; TLS asks for the name.
        request = self._client.build_request(
            "POST",
            httpx.URL(message.url).copy_with(host=address),
            content=message.body,
            headers={**message.headers, "host": _host_header(message.url)},
            extensions={"sni_hostname": parts.hostname},
        )
        response = await self._client.send(request, stream=True)
        try:
            return Answer(response.status_code, _text(await _beginning(response)), "", _retry_after_s(response))
        finally:
            await response.aclose()


def _client() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    timeout = httpx.Timeout(WHOLE_S, connect=CONNECT_S)
    return httpx.AsyncClient(
        verify=ssl.create_default_context(),
        limits=limits,
        timeout=timeout,
        trust_env=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"user-agent": "Doorward", "content-type": "application/json"},
    )


def _host_header(url: str) -> str:
    return httpx.URL(url).netloc.decode("ascii")


async def _beginning(response: httpx.Response) -> bytes:
    """As it came, not unpacked: what is small on the way may be large."""
    got = b""
    async for chunk in response.aiter_raw():
        got += chunk
        if len(got) >= ANSWER_BYTES_MAX:
            break
    return got[:ANSWER_BYTES_MAX]


def _text(got: bytes) -> str:
    """Letters that no database takes, and those that would move what stands beside them, are left out."""
    text = got.decode("utf-8", "replace")
    return "".join(each for each in text if each.isprintable() or each == "\n")


def _retry_after_s(response: httpx.Response) -> int:
    """Given in seconds; given as a date, the usual wait serves as well."""
    digits = response.headers.get("retry-after", "")
    fits = digits.isascii() and digits.isdigit() and len(digits) <= _RETRY_AFTER_DIGITS_MAX
    return int(digits) if fits else 0


def _word_of(error: Exception) -> str:
    """Of the errors that people can do something about; the others' texts may quote what was sent."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    words: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
        (AddressRefused, "address_refused"),
        ((TimeoutError, httpx.TimeoutException), "timeout"),
        (httpx.ConnectError, "no_connection"),
        (httpx.ProtocolError, "no_http"),
        (httpx.TransportError, "connection_lost"),
        (OSError, "no_such_host"),
    )
    return next((word for kind, word in words if isinstance(error, kind)), "failed")
