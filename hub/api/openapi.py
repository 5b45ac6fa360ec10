"""The OpenAPI document: what ninja makes of the endpoints, with the problems, the token and the headers beside."""

import json
from typing import Any, Final

from hub.api.endpoints import SCOPE
from hub.api.etags import HEADER as IF_MATCH
from hub.api.problems import CONTENT_TYPE, TYPE, Kind

_ALWAYS: Final = (Kind.BAD_REQUEST, Kind.NO_TOKEN, Kind.SCOPE_MISSING, Kind.TOO_LARGE, Kind.INVALID, Kind.TOO_MANY)
_METHODS: Final = {
    "get": (),
    "post": (Kind.NOT_JSON, Kind.IN_USE),
    "patch": (Kind.NOT_JSON, Kind.IN_USE),
    "delete": (Kind.IN_USE,),
}
_PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `type` is stable; `detail` is for people.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "enum": [TYPE + each.slug for each in Kind]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "message"],
                "properties": {
                    "where": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


def document_of(made: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(made))
    document["components"]["schemas"]["Problem"] = _PROBLEM
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(operation, method, "{" in path)
    return _without_empty_defaults(document)


def _complete(operation: dict[str, Any], method: str, one: bool) -> None:
    kinds = [
        *_ALWAYS,
        *([Kind.CHANGED_MEANWHILE] if _compares(operation) else []),
        *_METHODS[method],
        *([Kind.NOT_FOUND] if one or operation[SCOPE] == "access:check" else []),
    ]
    for status in sorted({each.status for each in kinds}):
        operation["responses"][str(status)] = _response(status)
    if operation[SCOPE] is None:
        del operation[SCOPE]
    for parameter in operation["parameters"]:
        parameter["schema"] = _never_null(parameter["schema"])


def _compares(operation: dict[str, Any]) -> bool:
    return any(each["name"] == IF_MATCH for each in operation["parameters"])


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """In an address a parameter is there or it is not."""
    some = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    return schema if len(some) != 1 else {**{key: schema[key] for key in schema if key != "anyOf"}, **some[0]}


def _response(status: int) -> dict[str, Any]:
    titles = [each.title for each in Kind if each.status == status]
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": "; or: ".join(titles) + ".", "content": content}


def _without_empty_defaults(node: Any) -> Any:
    """What may be left out and has no default of its own is told so by not being required, not by null."""
    if isinstance(node, list):
        return [_without_empty_defaults(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_empty_defaults(value) for key, value in node.items() if (key, value) != ("default", None)
    }
