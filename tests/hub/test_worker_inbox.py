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
