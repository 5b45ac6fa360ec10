"""Words that no configuration has, whatever they are: each is an error in words, never another one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.configuration import (
    Broker,
    Configuration,
    ConfigurationError,
    Hardware,
    parse_configuration,
    read_document,
)
from contract.reader_configuration import Reader

READER = {"name": "door", "kind": "door", "permission": "front-door", "device": "/dev/a", "relay_pin": 17}
WHOLE: dict[str, Any] = {
    "broker": {"host": "127.0.0.1"},
    "hardware": {"pin_factory": "mock"},
    "readers": [READER, READER | {"name": "bar", "device": "/dev/b", "relay_pin": 5}],
}
KNOWN = {word for section in (Configuration, Broker, Hardware, Reader) for word in section.__struct_fields__}
BY_NAMES_OF_ERRORS = st.lists(
    st.sampled_from(
        ["`", " - at `", "$", ".", "[0]", "[9]", "\n", "key in ", "Object", "field `x`", *sorted(KNOWN)]
    )
).map("".join)
WORDS = st.text() | BY_NAMES_OF_ERRORS
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    "text", ['"x` - at `$.y" = 1', '"x - at `$.y" = 1', '"a\\nb" = 1', '"` - at `$.readers[7]" = 1']
)
def test_a_word_that_reads_like_an_error_is_not_known(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not known"):
        parse_configuration(text)


def test_a_long_word_is_cut() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_document(WHOLE | {"x" * 10_000: 1})
    assert len(caught.value.field) < 200


@given(
    word=WORDS.filter(lambda word: word not in KNOWN), place=st.sampled_from(["", "broker", "hardware", "readers"])
)
def test_no_word_is_taken_that_is_not_known(word: str, place: str) -> None:
    if place == "":
        document = WHOLE | {word: 1}
    elif place == "readers":
        document = WHOLE | {"readers": [READER, WHOLE["readers"][1] | {word: 1}]}
    else:
        document = WHOLE | {place: WHOLE[place] | {word: 1}}
    with pytest.raises(ConfigurationError) as caught:
        read_document(document)
    assert caught.value.field.startswith('readers[1] ("bar").' if place == "readers" else place)
    assert "is not known" in str(caught.value)


@given(
    said=st.dictionaries(st.sampled_from(sorted(KNOWN)) | WORDS, VALUES, max_size=4),
    reader=st.dictionaries(st.sampled_from(sorted(KNOWN)) | WORDS | st.integers(), VALUES, max_size=4),
)
def test_whatever_it_says_it_is_a_configuration_or_an_error_in_words(
    said: dict[str, Any], reader: dict[str | int, Any]
) -> None:
    for document in (said, WHOLE | said, WHOLE | {"readers": [READER, reader]}, WHOLE | {"broker": reader}):
        try:
            read_document(document)
        except ConfigurationError as error:
            assert str(error)
