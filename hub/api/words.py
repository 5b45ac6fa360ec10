"""What every endpoint's words are made of: types that take what the OpenAPI document says, and nothing else."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Generic, TypeVar

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

from contract.topics import NAME_PATTERN
from hub.instants import YEARS

ID_MAX: Final = 2**63 - 1
COUNT_MAX: Final = 2**31 - 1
LIMIT_MAX: Final = 200
RULE: Final = "rule"
"""The type of errors that no schema can tell of."""
_WHOLE: Final = re.compile(r"[0-9]{1,19}", re.ASCII)
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


def _whole(said: Any) -> Any:
    """In addresses numbers are text; "1.0" and " 1" are none."""
    if isinstance(said, str) and _WHOLE.fullmatch(said):
        return int(said)
    if isinstance(said, int) and not isinstance(said, bool):
        return said
    raise PydanticCustomError("whole", "it has to be a whole number")


def _number(said: Any) -> Any:
    """JSON knows one kind of number: 1.0 is 1."""
    if isinstance(said, float) and said.is_integer():
        return int(said)
    if isinstance(said, int) and not isinstance(said, bool):
        return said
    raise PydanticCustomError("whole", "it has to be a whole number")


def _yes_or_no(said: Any) -> Any:
    if said in ("true", "false"):
        return said == "true"
    raise PydanticCustomError("yes_or_no", "it has to be true or false")


def _instant(said: Any) -> Any:
    if isinstance(said, datetime):
        return said
    if not isinstance(said, str) or not _INSTANT.fullmatch(said):
        raise PydanticCustomError("instant", "it has to be an instant with its offset, as in 2026-03-01T12:00:00Z")
    try:
        at = datetime.fromisoformat(said.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError(RULE, "there is no such instant") from error
    if at.year not in YEARS:
        raise PydanticCustomError(RULE, "it has to lie in the years 1900 to 2999")
    return at


def text(most: int, least: int = 0) -> Any:
    """Text without NUL, which PostgreSQL cannot keep."""
    return Annotated[str, Field(min_length=least, max_length=most, pattern=r"^[^\x00]*$")]


_ID: Final = Field(ge=1, le=ID_MAX)
_AS_NUMBER: Final = Annotated[int, _ID]
Id = Annotated[int, _ID, BeforeValidator(_whole, json_schema_input_type=_AS_NUMBER)]
BodyId = Annotated[int, _ID, BeforeValidator(_number, json_schema_input_type=_AS_NUMBER)]


def count(most: int = COUNT_MAX, least: int = 0) -> Any:
    bounds = Field(ge=least, le=most)
    return Annotated[int, bounds, BeforeValidator(_number, json_schema_input_type=Annotated[int, bounds])]


Yes = Annotated[bool, Strict()]
QueryYes = Annotated[bool, BeforeValidator(_yes_or_no, json_schema_input_type=bool)]
_AsText = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Instant = Annotated[datetime, BeforeValidator(_instant, json_schema_input_type=_AsText)]
Slug = Annotated[str, Field(pattern=rf"^{NAME_PATTERN}$")]
Name = text(200, 1)
Email = text(254)
Phone = text(40)
ExternalId = text(100)
Looked = text(254, 1)
"""What a filter looks for."""


class Words(Schema):
    """What comes in: nothing that is not known, so that nothing misspelt is passed over."""

    model_config = ConfigDict(extra="forbid")


_LIMIT: Final = Field(ge=1, le=LIMIT_MAX)


class Paging(Schema):
    cursor: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,200}$")] | None = Field(
        None, description="`next` of the page before; none: the first page."
    )
    limit: Annotated[int, _LIMIT, BeforeValidator(_whole, json_schema_input_type=Annotated[int, _LIMIT])] = 50


Thing = TypeVar("Thing")


class Page(Schema, Generic[Thing]):
    """`next` null: this was the last page. A page may have fewer than `limit`, and none, before the last."""

    items: list[Thing]
    next: str | None
