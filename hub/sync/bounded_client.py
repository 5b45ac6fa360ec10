"""paho's client for the hub: it ends a connection rather than take in 256 MB, the longest packet of MQTT, or keep
what comes at QoS 2; and one thread alone reads and writes it, whoever publishes."""

import errno
import threading
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

from contract.seal import PACKET_BYTES_MAX

_FREE_S: Final = 0.01
_FREE_TRIES: Final = 100
_ABOVE_QOS_1: Final = 0x04
"""Of a PUBLISH's first byte."""


class BoundedClient(paho.Client):
    """`serve` runs a connection. It ends where a longer packet begins, and where a message is of QoS 2, which
    nobody asked for: paho 2.x reads a packet's rest by `_sock_recv` alone, and keeps each message of QoS 2 until
    the broker lets it go."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._over = threading.Event()
        self._failure: Exception | None = None

    def room(self) -> int:
        """How many more messages `publish` takes, while the broker has not taken those before."""
        return self.max_queued_messages - len(self._out_messages)

    def serve(self) -> None:
        """Until the connection that there is has ended; raises what ended it, if that is an error.

        paho's own thread does it: without one, `publish` writes to the socket in the thread that calls it, while
        others write and read there too, which breaks packets apart, and TLS at once. RuntimeError: there is no
        thread to be had.
        """
        self._over.clear()
        self._failure = None
        self._start_thread()
        self._over.wait()
        if self._failure is not None:
            raise self._failure

    def _start_thread(self) -> None:
        for _ in range(_FREE_TRIES):
            if self.loop_start() is MQTTErrorCode.MQTT_ERR_SUCCESS:
                return
            self._over.wait(_FREE_S)  # the last connection's thread is about to end
        raise RuntimeError("the last connection's thread does not end")

    def loop_start(self) -> MQTTErrorCode:
        """RuntimeError: there is no thread to be had; it may be tried again."""
        try:
            return super().loop_start()
        except RuntimeError:
            self._thread = None  # paho would take it for one that runs
            raise

    def loop_forever(self, *arguments: Any, **options: Any) -> MQTTErrorCode:
        """What paho's thread does."""
        try:
            return super().loop_forever(*arguments, **options)
        except Exception as error:  # noqa: BLE001 - handed on to who serves
            self._sock_close()
            self._failure = error
            return MQTTErrorCode.MQTT_ERR_UNKNOWN
        finally:
            self._over.set()

    def _sock_recv(self, bufsize: int) -> bytes:
        if bufsize > PACKET_BYTES_MAX:
            raise OSError(errno.EMSGSIZE, "a packet that is longer than any message")
        return super()._sock_recv(bufsize)

    def _handle_publish(self) -> MQTTErrorCode:
        if self._in_packet["command"] & _ABOVE_QOS_1:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        return super()._handle_publish()
