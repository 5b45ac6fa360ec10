"""paho's client, but for packets that are longer than any message: it would take in up to 256 MB first."""

import errno
from typing import Final

import paho.mqtt.client as paho

from contract.seal import SEALED_BYTES_MAX

PACKET_BYTES_MAX: Final = SEALED_BYTES_MAX + 64 * 1024
"""Of what follows a packet's own length; a topic and a header come on top of a message."""


class BoundedClient(paho.Client):
    """The connection ends where a longer packet begins. paho 2.x reads a packet's rest by this method alone."""

    def _sock_recv(self, bufsize: int) -> bytes:
        if bufsize > PACKET_BYTES_MAX:
            raise OSError(errno.EMSGSIZE, "a packet that is longer than any message")
        return super()._sock_recv(bufsize)
