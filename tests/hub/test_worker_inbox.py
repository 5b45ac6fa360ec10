"""What waits for the worker: in order, and never without a bound."""

from hub.sync.inbox import Inbox, Incoming


def test_the_inbox_gives_in_order_up_to_a_size() -> None:
    inbox = Inbox()
    messages = [Incoming("topic", bytes([number]) * 10) for number in range(5)]
    assert all(inbox.put(message) for message in messages)
    assert inbox.take(25, 0.0) == messages[:2]
    assert inbox.take(5, 0.0) == messages[2:3]
    assert inbox.take(100, 0.0) == messages[3:]
    assert inbox.take(100, 0.0) == []


def test_a_full_inbox_takes_no_more_until_it_is_emptied() -> None:
    inbox = Inbox(messages_max=2, bytes_max=100)
    assert inbox.put(Incoming("topic", b"x" * 60))
    assert not inbox.put(Incoming("topic", b"x" * 60))
    assert inbox.put(Incoming("topic", b""))
    assert not inbox.put(Incoming("topic", b""))
    inbox.take(1_000, 0.0)
    assert inbox.put(Incoming("topic", b"x" * 100))


def test_topics_take_turns() -> None:
    inbox = Inbox()
    for number in range(3):
        inbox.put(Incoming("busy", b"%d" % number))
    inbox.put(Incoming("quiet", b"q"))
    inbox.put(Incoming("also", b"a"))
    taken = inbox.take(1_000, 0.0)
    assert [each.payload for each in taken] == [b"0", b"q", b"a", b"1", b"2"]
    assert inbox.take(1_000, 0.0) == []


def test_one_topic_leaves_room_for_others() -> None:
    inbox = Inbox(messages_max=4, of_topic_max=2)
    assert [inbox.put(Incoming("busy", b"")) for _ in range(3)] == [True, True, False]
    assert inbox.put(Incoming("quiet", b""))
    assert len(inbox.take(1_000, 0.0)) == 3
    assert inbox.put(Incoming("busy", b""))
