"""Which key is the hub's: every order in which rotations can come, and everything that is none."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from contract.instants import to_us
from contract.keys import SigningKey, Trusted
from contract.seal import Rotation, SealError, SealWhy, seal
from contract.topics import key as key_topic
from edge.core.key_chain import ROTATION_BYTES_MAX, WAITING_MAX, KeyChain
from tests.enrolled import STRANGER_KEY, sealed

KEYS = [SigningKey(bytes([number]) * 32) for number in range(1, 40)]
UNTIL_US = to_us(datetime(2026, 1, 1, tzinfo=UTC))


def rotation(generation: int, by: SigningKey | None = None, said_as: int | None = None) -> tuple[str, bytes]:
    """To KEYS[generation], by the one before unless another is named."""
    topic = key_topic(generation if said_as is None else said_as)
    said = Rotation(key=KEYS[generation].verifying.public, generation=generation, old_until_us=UNTIL_US)
    return topic, sealed(topic, said, by or KEYS[generation - 1])


def chain() -> KeyChain:
    return KeyChain(Trusted(KEYS[1].verifying))


def heard(machine: KeyChain, *rotations: tuple[str, bytes]) -> list[str]:
    """Hear them all, turning as it goes; why those that were refused were."""
    refused: list[str] = []
    for each in rotations:
        try:
            machine.hear(*each)
        except SealError as error:
            refused.append(error.why)
        while (following := machine.following()) is not None:
            machine.turned(following)
    return refused


@pytest.mark.parametrize("order", list(permutations((2, 3, 4))))
def test_retained_rotations_count_in_whatever_order_they_come(order: tuple[int, ...]) -> None:
    machine = chain()
    heard(machine, *(rotation(each) for each in order))
    assert (machine.trusted.generation, machine.trusted.current) == (4, KEYS[4].verifying)
    assert machine.trusted.old == KEYS[3].verifying


def test_one_that_is_reached_is_no_news() -> None:
    machine = chain()
    assert heard(machine, rotation(2), rotation(2), rotation(1, STRANGER_KEY)) == []
    assert machine.trusted.generation == 2


def test_it_counts_once_it_is_on_disk() -> None:
    machine = chain()
    machine.hear(*rotation(2))
    following = machine.following()
    assert following is not None
    assert machine.trusted.generation == 1, "not before"
    machine.turned(following)
    assert machine.trusted == following
    assert machine.following() is None


def test_generations_may_be_left_out() -> None:
    machine = chain()
    assert heard(machine, rotation(5, KEYS[1])) == []
    assert machine.trusted.generation == 5


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (rotation(2, STRANGER_KEY), SealWhy.UNKNOWN_KEY),
        ((key_topic(2), rotation(3, KEYS[1])[1]), SealWhy.BAD_SIGNATURE),
        (rotation(3, KEYS[1], said_as=2), SealWhy.MALFORMED),
        ((key_topic(2), b"\x00" * (ROTATION_BYTES_MAX + 1)), SealWhy.WRONG_SIZE),
        ((key_topic(2), b""), SealWhy.WRONG_SIZE),
        ((key_topic(2), b"\xa1\x01\x02"), SealWhy.UNSEALED),
        ((key_topic(2), seal(b"\xa0", KEYS[1], key_topic(2))), SealWhy.MALFORMED),
        (("dw/1/keys/x", b"?"), SealWhy.MALFORMED),
        (("dw/1/keys/02", b"?"), SealWhy.MALFORMED),
        (("dw/1/keys/" + "9" * 40, b"?"), SealWhy.MALFORMED),
        (("dw/1/keys/²", b"?"), SealWhy.MALFORMED),
    ],
)
def test_what_is_no_rotation_changes_nothing(said: tuple[str, bytes], why: SealWhy) -> None:
    machine = chain()
    assert heard(machine, said) == [why]
    assert machine.trusted == Trusted(KEYS[1].verifying)
    assert heard(machine, rotation(2)) == []
    assert machine.trusted.generation == 2


def test_the_key_before_names_none_any_more() -> None:
    machine = chain()
    heard(machine, rotation(2))
    assert heard(machine, rotation(3, KEYS[1])) == [SealWhy.UNKNOWN_KEY]
    assert machine.trusted.generation == 2


def test_of_too_many_that_wait_the_latest_are_given_up() -> None:
    machine = chain()
    later = [rotation(each) for each in range(3, 4 + WAITING_MAX)]
    assert heard(machine, *later) == [SealWhy.UNKNOWN_KEY] * len(later)
    assert heard(machine, rotation(2)) == []
    assert machine.trusted.generation == 1 + WAITING_MAX


def test_one_kept_that_turns_out_to_be_forged_is_passed_over() -> None:
    machine = chain()
    topic = key_topic(4)
    forged = seal(b"\xa0", KEYS[2], topic)
    assert heard(machine, (topic, forged), rotation(3), rotation(2)) == [SealWhy.UNKNOWN_KEY] * 2
    assert machine.trusted.generation == 3
