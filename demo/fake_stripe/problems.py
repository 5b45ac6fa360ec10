"""What is answered instead of an object: errors in Stripe's form."""

from typing import Any


class Problem(Exception):
    """`status`: HTTP's; `kind`: the error's type in Stripe's words."""

    def __init__(self, status: int, kind: str, message: str, code: str = "", param: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.kind, self.message, self.code, self.param = kind, message, code, param

    @property
    def body(self) -> dict[str, Any]:
        said = {"type": self.kind, "message": self.message, "code": self.code, "param": self.param}
        return {"error": {name: value for name, value in said.items() if value}}


def invalid(message: str, param: str = "", code: str = "") -> Problem:
    return Problem(400, "invalid_request_error", message, code, param)


def missing(kind: str, number: str) -> Problem:
    return Problem(404, "invalid_request_error", f"No such {kind}: '{number}'", "resource_missing", "id")


def declined() -> Problem:
    return Problem(402, "card_error", "Your card was declined.", "card_declined")
