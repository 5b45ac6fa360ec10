"""Topics and names."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import topics
from contract.topics import Address, TopicError

NAMES = st.from_regex(topics.NAME_PATTERN, fullmatch=True)


def test_the_topics_of_the_wire() -> None:
    assert topics.up("clubhouse", topics.UP_CHECKINS) == "dw/1/up/clubhouse/checkins"
    assert topics.up("+", topics.UP_PULL) == "dw/1/up/+/pull"
    assert topics.down("clubhouse", topics.DOWN_ACK) == "dw/1/down/clubhouse/ack"
    assert topics.down("clubhouse", topics.DOWN_PAGE) == "dw/1/down/clubhouse/page"
    assert topics.feed("everyone", topics.FEED_HEAD) == "dw/1/feed/everyone/head"
    assert topics.feed("everyone", topics.FEED_LIVE) == "dw/1/feed/everyone/live"


def test_the_keys_of_the_hub_have_a_topic_each() -> None:
    assert topics.key(2) == "dw/1/keys/2"
    assert topics.key("+") == "dw/1/keys/+"
    with pytest.raises(TopicError):
        topics.parse(topics.key(2))


def test_a_topic_says_who_and_what() -> None:
    assert topics.parse("dw/1/up/front-door/pull") == Address("up", "front-door", "pull")


@given(NAMES, st.sampled_from(["checkins", "pull", "ack", "page", "head", "live"]))
def test_parse_undoes_what_the_three_make(name: str, what: str) -> None:
    assert topics.parse(topics.up(name, what)) == Address("up", name, what)
    assert topics.parse(topics.down(name, what)) == Address("down", name, what)
    assert topics.parse(topics.feed(name, what)) == Address("feed", name, what)


@pytest.mark.parametrize("name", ["a", "0", "front-door", "a" * 32, "9-"])
def test_names(name: str) -> None:
    assert topics.is_name(name)


@pytest.mark.parametrize("name", ["", "-a", "A", "a" * 33, "a b", "a/b", "+", "#", "é", "a\n", "a_b"])
def test_what_is_no_name(name: str) -> None:
    assert not topics.is_name(name)
    with pytest.raises(TopicError):
        topics.parse(topics.up(name, topics.UP_PULL))


@pytest.mark.parametrize(
    "topic",
    ["", "dw/1", "dw/2/up/a/pull", "other/1/up/a/pull", "dw/1/side/a/pull", "dw/1/up/a", "dw/1/up/a/pull/x"],
)
def test_a_topic_of_somebody_else_is_refused(topic: str) -> None:
    with pytest.raises(TopicError, match="no topic under dw/1"):
        topics.parse(topic)


@given(st.text())
def test_any_topic_is_an_address_or_an_error(topic: str) -> None:
    with suppress(TopicError):
        assert topics.is_name(topics.parse(topic).name)
