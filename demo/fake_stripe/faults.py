"""What can go wrong between the hub and this Stripe, for as many requests as are wanted."""

from dataclasses import dataclass
from enum import StrEnum

from demo.fake_stripe.problems import Problem


class Kind(StrEnum):
    SERVER_ERROR = "server_error"
    BUSY = "busy"
    """429."""
    HANGS = "hangs"
    """No answer until the connection is given up."""
    CUT = "cut"
    """The connection ends before anything is done."""
    CUT_AFTER = "cut_after"
    """It is done, and the connection ends before the answer."""
    GARBAGE = "garbage"
    """An answer that is no JSON."""


@dataclass
class Fault:
    """For `times` requests whose address begins with `path` (without /v1/)."""

    kind: Kind
    times: int = 1
    path: str = ""
    method: str = ""

    def takes(self, method: str, path: str) -> bool:
        fits = self.times > 0 and path.startswith(self.path) and self.method in ("", method)
        self.times -= fits
        return fits


def problem_of(kind: Kind) -> Problem | None:
    if kind == Kind.SERVER_ERROR:
        return Problem(500, "api_error", "An unknown error occurred.")
    if kind == Kind.BUSY:
        return Problem(429, "invalid_request_error", "Request rate limit exceeded.", "rate_limit")
    return None
