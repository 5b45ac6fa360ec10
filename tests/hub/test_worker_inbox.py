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
    assert inbox.put(Incoming("topic", b"x" * 90))


def test_topics_take_turns() -> None:
    inbox = Inbox()
    for number in range(3):
        inbox.put(Incoming("busy", b"%d" % number))
    inbox.put(Incoming("quiet", b"q"))
    inbox.put(Incoming("also", b"a"))
    taken = inbox.take(1_000, 0.0)
    assert [each.payload for each in taken] == [b"0", b"q", b"a", b"1", b"2"]
    assert inbox.take(1_000, 0.0) == []


def test_one_edge_leaves_room_for_others() -> None:
    inbox = Inbox()
    lies = [Incoming(f"dw/1/up/evil/{what}", bytes(2 * 1024 * 1024)) for what in ("checkins", "pull", "presence")]
    assert sum(inbox.put(each) for each in lies * 20) == 8
    small = [Incoming(f"dw/1/up/worse/{what}", b"x") for what in ("checkins", "pull", "presence", "telemetry")]
    assert sum(inbox.put(each) for each in small * 1_000) == 1_000
    assert inbox.put(Incoming("dw/1/up/good/checkins", bytes(100 * 1024)))
    while inbox.take(10**9, 0.0):
        pass
    assert all(inbox.put(each) for each in [*lies, *small])


def test_a_part_is_kept_for_what_is_urgent() -> None:
    inbox = Inbox(messages_max=10, bytes_max=1_000)
    assert [inbox.put(Incoming(f"dw/1/up/e{n}/checkins", b"x")) for n in range(10)] == [True] * 9 + [False]
    assert inbox.put(Incoming("dw/1/up/good/confirm", b"x"), urgent=True)
    assert not inbox.put(Incoming("dw/1/up/fine/confirm", b"x"), urgent=True)
    inbox = Inbox(bytes_max=1_000)
    assert [inbox.put(Incoming("dw/1/up/e/checkins", bytes(n))) for n in (901, 900, 1)] == [False, True, False]
    assert inbox.put(Incoming("dw/1/up/good/confirm", bytes(100)), urgent=True)


def test_one_topic_leaves_room_for_others() -> None:
    inbox = Inbox(messages_max=4, of_edge_max=2)
    assert [inbox.put(Incoming("busy", b"")) for _ in range(3)] == [True, True, False]
    assert inbox.put(Incoming("quiet", b""))
    assert len(inbox.take(1_000, 0.0)) == 3
    assert inbox.put(Incoming("busy", b""))
