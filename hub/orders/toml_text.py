"""A configuration's document as TOML: one way to write each, so that two can be compared line by line. Pure."""

import json
from typing import Any


def toml_of(document: dict[str, Any]) -> str:
    """What contract.configuration.document_of reads back. Values are strings, numbers, true and false; tables and
    lists of tables stand after them."""
    sections = [_lines(document)]
    for name, value in document.items():
        if isinstance(value, dict):
            sections.append([f"[{name}]", *_lines(value)])
        elif isinstance(value, list):
            sections += [[f"[[{name}]]", *_lines(each)] for each in value]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _lines(table: dict[str, Any]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in table.items() if not isinstance(value, dict | list)]


def _value(value: object) -> str:
    """JSON writes these as TOML does, but for one letter that TOML wants written otherwise."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
