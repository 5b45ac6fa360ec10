"""paho's client for the hub: it ends a connection rather than take in 256 MB, the longest packet of MQTT, and one
thread alone reads and writes it, whoever publishes."""

import errno
import threading
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

from contract.seal import SEALED_BYTES_MAX

PACKET_BYTES_MAX: Final = SEALED_BYTES_MAX + 64 * 1024
"""Of what follows a packet's own length; a topic and a header come on top of a message."""
_FREE_S: Final = 0.01


class BoundedClient(paho.Client):
    """`serve` runs a connection. The connection ends where a longer packet begins: paho 2.x reads a packet's rest
    by `_sock_recv` alone."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._over = threading.Event()
        self._failure: Exception | None = None

    def serve(self) -> None:
        """Until the connection that there is has ended; raises what ended it, if that is an error.

        paho's own thread does it: without one, `publish` writes to the socket in the thread that calls it, while
        others write and read there too, which breaks packets apart, and TLS at once.
        """
        self._over.clear()
        self._failure = None
        while self.loop_start() is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._over.wait(_FREE_S)  # the last connection's thread is about to end
        self._over.wait()
        if self._failure is not None:
            raise self._failure

    def loop_forever(self, *arguments: Any, **options: Any) -> MQTTErrorCode:
        """What paho's thread does."""
        try:
            return super().loop_forever(*arguments, **options)
        except Exception as error:  # noqa: BLE001 - handed on to who serves
            self._failure = error
            return MQTTErrorCode.MQTT_ERR_UNKNOWN
        finally:
            self._over.set()

    def _sock_recv(self, bufsize: int) -> bytes:
        if bufsize > PACKET_BYTES_MAX:
            raise OSError(errno.EMSGSIZE, "a packet that is longer than any message")
        return super()._sock_recv(bufsize)
