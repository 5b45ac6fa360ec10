"""Who owns the broker: hears everything, says anything on any topic, again, elsewhere, changed, or forged.

Has no key that counts where it is used. Whatever it says, the rules of invariants.py hold.
"""

from collections import deque
from collections.abc import Mapping
from random import Random

from contract.keys import SigningKey
from contract.topics import DOWN_ACK, DOWN_COMMAND
from tests.simulation.broker import Broker, Published
from tests.simulation.forgery import Forgery
from tests.simulation.trace import Trace

_HEARD_MAX = 400
_WITHHELD_SHARE = 0.7
_NESTED = b"\x81" * 2_000 + b"\x80"


class Attacker:
    def __init__(self, rng: Random, broker: Broker, keys: Mapping[str, SigningKey], trace: Trace) -> None:
        """`keys` of the edges, none of which it uses in that edge's own name."""
        self._rng = rng
        self._broker = broker
        self._trace = trace
        self._forgery = Forgery(rng, keys, SigningKey(rng.randbytes(32)))
        self._heard: deque[Published] = deque(maxlen=_HEARD_MAX)
        self._acks: list[Published] = []
        self._commands: list[Published] = []
        self._speaks = False
        broker.tap = self._hear
        broker.withholds = self._withholds

    def act(self) -> None:
        """One thing of its repertoire."""
        if not self._heard or not self._broker.running:
            return
        for _ in range(self._rng.randint(1, 5)):
            deed = self._rng.choice(
                (
                    self._replay,
                    self._replay,
                    self._say_old_ack,
                    self._say_late_command,
                    self._misaddress,
                    self._change,
                    self._forge,
                    self._forge,
                    self._babble,
                )
            )
            self._trace.note("attacks")
            self._speaks = True
            self._broker.say("attacker", deed(self._rng.choice(self._heard)))
            self._speaks = False

    def leave(self) -> None:
        self._broker.withholds = lambda published: False

    def _hear(self, client_id: str, published: Published) -> None:
        if client_id != "attacker":
            self._heard.append(published)
            self._forgery.hear(published)
            if published.topic.endswith(f"/{DOWN_ACK}"):
                self._acks.append(published)
            elif published.topic.endswith(f"/{DOWN_COMMAND}"):
                self._commands.append(published)

    def _withholds(self, published: Published) -> bool:
        """Some of the hub's commands, to be said when it likes."""
        is_command = published.topic.endswith(f"/{DOWN_COMMAND}")
        return is_command and not self._speaks and self._rng.random() < _WITHHELD_SHARE

    def _replay(self, heard: Published) -> Published:
        return heard

    def _say_old_ack(self, heard: Published) -> Published:
        """However long ago, of whatever epoch."""
        return self._rng.choice(self._acks) if self._acks else heard

    def _say_late_command(self, heard: Published) -> Published:
        return self._commands[-1] if self._commands else heard

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

    def _forge(self, _heard: Published) -> Published:
        return self._forgery.words()

    def _babble(self, heard: Published) -> Published:
        """Nested beyond measure, or nothing at all."""
        return Published(heard.topic, self._rng.choice((_NESTED, b"")), heard.retain)
