"""Who owns the broker: hears everything, says anything on any topic, again, elsewhere, changed, or without a seal.

Has no key of hub or edge. Whatever it says, the rules of invariants.py hold.
"""

from collections import deque
from random import Random

from contract.keys import SigningKey
from contract.messages import Presence, encode
from contract.seal import seal
from contract.topics import DOWN_ACK, DOWN_COMMAND, DOWN_MODE, down
from tests.simulation.broker import Broker, Published
from tests.simulation.trace import Trace

_HEARD_MAX = 400
_NESTED = b"\x81" * 2_000 + b"\x80"


class Attacker:
    def __init__(self, rng: Random, broker: Broker, edges: list[str], trace: Trace) -> None:
        self._rng = rng
        self._broker = broker
        self._edges = edges
        self._trace = trace
        self._key = SigningKey(rng.randbytes(32))
        self._heard: deque[Published] = deque(maxlen=_HEARD_MAX)
        self._acks: list[Published] = []
        broker.tap = self._hear

    def act(self) -> None:
        """One thing of its repertoire."""
        if not self._heard or not self._broker.running:
            return
        for _ in range(self._rng.randint(1, 5)):
            deed = self._rng.choice(
                (self._replay, self._replay, self._say_old_ack, self._misaddress, self._change, self._forge)
            )
            self._trace.note("attacks")
            self._broker.say("attacker", deed(self._rng.choice(self._heard)))

    def _hear(self, client_id: str, published: Published) -> None:
        if client_id != "attacker":
            self._heard.append(published)
            if published.topic.endswith(f"/{DOWN_ACK}"):
                self._acks.append(published)

    def _replay(self, heard: Published) -> Published:
        return heard

    def _say_old_ack(self, heard: Published) -> Published:
        """However long ago, of whatever epoch."""
        return self._rng.choice(self._acks) if self._acks else heard

    def _misaddress(self, heard: Published) -> Published:
        """The same bytes on another topic, perhaps to another edge."""
        other = self._rng.choice(self._heard).topic
        return Published(other, heard.payload, heard.retain)

    def _change(self, heard: Published) -> Published:
        changed = bytearray(heard.payload)
        for _ in range(self._rng.randint(1, 4)):
            if changed:
                changed[self._rng.randrange(len(changed))] ^= 1 << self._rng.randrange(8)
        return Published(heard.topic, bytes(changed), heard.retain)

    def _forge(self, heard: Published) -> Published:
        """Its own words: bare, sealed by its own key, nested beyond measure, or nothing at all."""
        topic = down(self._rng.choice(self._edges), self._rng.choice((DOWN_MODE, DOWN_COMMAND)))
        topic = self._rng.choice((topic, heard.topic))
        words = encode(_SOMETHING)
        return Published(
            topic, self._rng.choice((words, seal(words, self._key, topic), _NESTED, b"")), heard.retain
        )


_SOMETHING = Presence(
    start=2**50,
    n=2**50,
    online=True,
    at_us=0,
    version="attacker",
    clock="unknown",
    feed="everyone",
    journal=b"x" * 16,
    last=0,
    acked=0,
)
