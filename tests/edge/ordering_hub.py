"""A hub that orders: it pushes configurations, modes and commands, and hears what an edge says of them."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import paho.mqtt.client as paho
from msgspec import Struct

from contract.configuration import document_of
from contract.instants import to_us
from contract.orders import Answered, Command, CommandKind, Desired, Modes, Reported
from contract.topics import DOWN_COMMAND, DOWN_CONFIG, DOWN_MODE, UP_ANSWERED, UP_REPORTED, down, up
from edge.clock import SystemClock
from tests.edge.edge_process import DEADLINE_S
from tests.edge.mqtt_hub import EDGE, MqttHub
from tests.enrolled import unsealed

EPOCH = 5_000
Heard = TypeVar("Heard", bound=Struct)


class OrderingHub(MqttHub):
    """`reported` and `answered` are what came, in order."""

    def __init__(self, port: int) -> None:
        self.reported: list[Reported] = []
        self.answered: list[Answered] = []
        self._news = threading.Condition()
        super().__init__(port)

    def push(self, generation: int, text: str, epoch: int = EPOCH) -> None:
        desired = Desired(epoch=epoch, generation=generation, document=document_of(text))
        self.say(down(EDGE, DOWN_CONFIG), desired, retain=True)

    def set_modes(self, modes: Modes) -> None:
        self.say(down(EDGE, DOWN_MODE), modes, retain=True)

    def command(self, number: int, kind: CommandKind, reader: str | None = None, life_s: float = 10) -> Command:
        expires_us = to_us(SystemClock().now()) + round(life_s * 1_000_000)
        command = Command(epoch=EPOCH, number=number, kind=kind, reader=reader, expires_us=expires_us)
        self.say(down(EDGE, DOWN_COMMAND), command)
        return command

    def wait_reported(self, fits: Callable[[Reported], object]) -> Reported:
        """The first such report, now or later."""
        return self._wait_for(self.reported, fits)

    def wait_answered(self, number: int) -> Answered:
        return self._wait_for(self.answered, lambda each: each.number == number)

    def _wait_for(self, heard: list[Heard], fits: Callable[[Heard], object]) -> Heard:
        with self._news:
            found = self._news.wait_for(lambda: [each for each in heard if fits(each)], DEADLINE_S)
        assert found, heard
        return found[0]

    def _on_connect(self, client: paho.Client, *rest: Any) -> None:
        client.subscribe([(up("+", UP_REPORTED), 1), (up("+", UP_ANSWERED), 1)])
        super()._on_connect(client, *rest)

    def _on_message(self, client: Any, data: Any, message: paho.MQTTMessage) -> None:
        payload = bytes(message.payload)
        with self._news:
            if message.topic.endswith(UP_REPORTED):
                self.reported.append(unsealed(message.topic, payload, Reported))
            elif message.topic.endswith(UP_ANSWERED):
                self.answered.append(unsealed(message.topic, payload, Answered))
            else:
                super()._on_message(client, data, message)
            self._news.notify_all()
