"""The JSON Schema of a configuration: as it is published, and in step with what is really taken."""

import json
import re
from pathlib import Path
from typing import Any

from contract.configuration import Broker, Configuration, Hardware, Screen
from contract.configuration_schema import json_schema
from contract.reader_configuration import Reader

PUBLISHED = Path(__file__).parents[2] / "docs" / "edge.schema.json"


def test_it_is_as_published() -> None:
    """After a change: doorward-hub config schema > docs/edge.schema.json."""
    assert json.loads(PUBLISHED.read_text("utf-8")) == json_schema()


def test_each_word_is_there_and_explained() -> None:
    definitions = json_schema()["$defs"]
    for section in (Configuration, Broker, Hardware, Screen, Reader):
        properties = definitions[section.__name__]["properties"]
        assert set(properties) == set(section.__struct_fields__)
        assert all(each["description"] for each in properties.values())


def test_unknown_words_are_none() -> None:
    for section in (Configuration, Broker, Hardware, Screen, Reader):
        assert json_schema()["$defs"][section.__name__]["additionalProperties"] is False


def test_patterns_are_those_of_javascript() -> None:
    found = list(_patterns(json_schema()))
    assert found
    for pattern in found:
        assert not re.search(r"\\[zZA]", pattern)
        re.compile(pattern)


def _patterns(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["pattern"]] if isinstance(node.get("pattern"), str) else []
        return own + [each for value in node.values() for each in _patterns(value)]
    return [each for value in node for each in _patterns(value)] if isinstance(node, list) else []
