"""paho's client, but for what a hostile broker could do to it: no packet takes more memory than a message does,
and one that breaks paho ends the connection alone."""

import errno
import threading
from collections.abc import Callable
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

from contract.seal import PACKET_BYTES_MAX

_ABOVE_QOS_1: Final = 0x04
"""Of a PUBLISH's first byte."""


class BoundedClient(paho.Client):
    """The connection ends where a longer packet begins, and where a message is of QoS 2, which nobody asked for.

    paho 2.x reads a packet's rest by `_sock_recv` alone, and keeps each message of QoS 2 until the broker lets it
    go.
    """

    on_failure: Callable[[Exception], None] | None = None
    """In paho's thread: it ends by this error, and its connection with it. `loop_start` starts another."""

    def loop_start(self) -> MQTTErrorCode:
        """RuntimeError: there is no thread to be had; it may be tried again."""
        try:
            return super().loop_start()
        except RuntimeError:
            self._thread = None  # paho would take it for one that runs
            raise

    def loop_stop(self) -> MQTTErrorCode:
        """paho asks for its thread several times, and one that ends meanwhile is gone the next time."""
        thread = self._thread
        if thread is None:
            return MQTTErrorCode.MQTT_ERR_INVAL
        self._thread_terminate = True
        if thread is not threading.current_thread():
            thread.join()
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def loop_forever(self, *arguments: Any, **options: Any) -> MQTTErrorCode:
        """What paho's thread does."""
        try:
            return super().loop_forever(*arguments, **options)
        except Exception as error:  # noqa: BLE001 - the supervisor of paho's thread
            # The packet that broke it would be handled again, were the connection still open.
            self._sock_close()
            if self.on_failure is not None:
                self.on_failure(error)
            return MQTTErrorCode.MQTT_ERR_UNKNOWN

    def _sock_recv(self, bufsize: int) -> bytes:
        if bufsize > PACKET_BYTES_MAX:
            raise OSError(errno.EMSGSIZE, "a packet that is longer than any message")
        return super()._sock_recv(bufsize)

    def _handle_publish(self) -> MQTTErrorCode:
        if self._in_packet["command"] & _ABOVE_QOS_1:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        return super()._handle_publish()
