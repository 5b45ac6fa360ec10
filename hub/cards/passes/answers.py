"""What became of telling Apple or Google something. Pure."""

import ssl
from dataclasses import dataclass
from typing import Final

import httpx

TIMEOUT: Final = httpx.Timeout(20.0, connect=10.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """`error` empty: taken. `gone`: whom it was for is not there any more; `final`: it would never be taken.
    `everybody`: others would fare no better now."""

    error: str = ""
    gone: bool = False
    final: bool = False
    everybody: bool = False


def word_of(error: BaseException) -> str:
    """A word of ours: an error's own text may quote what was said."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    return "no_connection" if isinstance(error, httpx.TransportError | OSError) else type(error).__name__
