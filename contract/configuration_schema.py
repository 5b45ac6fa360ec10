"""The JSON Schema of an edge's configuration, for editors and for those who write one by program.

It says what each field may be by itself; what cannot be meant together only contract/configuration.py knows.
"""

from typing import Any, Final

import msgspec

from contract.configuration import ALLOWED_BY_FIELD, Configuration

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Draft 2020-12, of the document as it travels and as edge.toml says it."""
    schema = msgspec.json.schema(Configuration)
    return {"$schema": _DIALECT, "title": "Doorward: an edge's configuration", **_told(schema)}


def _told(node: Any, field: str | None = None) -> Any:
    """`node` with each field's words, and its patterns as JavaScript has them."""
    match node:
        case dict() if field == "properties":
            return {name: _described(_told(value), name) for name, value in node.items()}
        case dict():
            return {key: _told(value, key) for key, value in node.items()}
        case list() | tuple():
            return [_told(each) for each in node]
        case str() if field == "pattern":
            return node.replace(r"\Z", "$")
    return node


def _described(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {**value, "description": ALLOWED_BY_FIELD[name]}
