"""What the agent says: whole, however little of it its port takes at a time."""

import io

from tests.machine.agent import say


class Narrow(io.BytesIO):
    def write(self, line: bytes) -> int:  # type: ignore[override]
        return super().write(line[:10])


def test_an_answer_that_is_longer_than_its_port_takes_at_once_is_said_whole() -> None:
    port = Narrow()
    say(port, bytes(range(65)))
    assert port.getvalue() == bytes(range(65))
