"""`python -m bench.no_database PORT JOURNAL ROWS [--unread]`: a worker without a database, for a floor.

Takes check-ins in by the hub's own connection and inbox, checks their seals, reads every row, and acks once a
turn to each edge. `--unread`: messages of ROWS rows are counted and acked, and nothing else.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from bench.light_edge import FEED, key_of, name_of
from contract.keys import Trusted
from contract.messages import Ack, CheckIns, decode, encode
from contract.seal import seal, unseal
from contract.topics import DOWN_ACK, UP_CHECKINS, down, parse
from hub.checkins.journal_rows import parse_row
from hub.environment import BrokerAddress
from hub.sync.inbox import Inbox, Incoming
from hub.sync.log import Log
from hub.sync.mqtt import HubLink
from hub.sync.outgoing import Outgoing

_TURN_BYTES = 512 * 1024
_WAIT_S = 0.02
_HUB_KEY = key_of(0)
_EDGES = 1_000


class Consumer:
    def __init__(self, port: int, journal: bytes, rows: int, unread: bool) -> None:
        self._inbox = Inbox()
        self._link = HubLink(
            BrokerAddress("127.0.0.1", port, False),
            self._inbox,
            Log(sys.stdout, lambda: datetime.now(UTC), time.monotonic),
        )
        self._journal = journal
        self._rows = rows
        self._unread = unread
        self._upto: Counter[str] = Counter()
        self._trusted = {name_of(number): Trusted(key_of(number).verifying) for number in range(_EDGES)}

    def run(self) -> None:
        self._link.start()
        while True:
            for edge in self._take(self._inbox.take(_TURN_BYTES, _WAIT_S)):
                topic, ack = down(edge, DOWN_ACK), encode(Ack(self._journal, self._upto[edge], 1, 1, FEED))
                self._link.publish(Outgoing(topic, seal(ack, _HUB_KEY, topic)))

    def _take(self, messages: list[Incoming]) -> Iterable[str]:
        edges, at = {}, datetime.now(UTC)
        for message in messages:
            address = parse(message.topic)
            if address.what == UP_CHECKINS:
                edges[address.name] = None
                self._upto[address.name] += self._rows if self._unread else self._read(message, address.name, at)
        return edges

    def _read(self, message: Incoming, edge: str, at: datetime) -> int:
        checkins = decode(unseal(message.payload, self._trusted[edge], message.topic, at), CheckIns)
        return len([parse_row(row.body) for row in checkins.rows])


if __name__ == "__main__":
    Consumer(int(sys.argv[1]), bytes.fromhex(sys.argv[2]), int(sys.argv[3]), "--unread" in sys.argv).run()
