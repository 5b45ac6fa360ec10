"""Keeps the broker's rights at what the database says: looked at twice a second, compared whole at each connection
and every hour.

What is asked and commanded goes over the worker's own connection, and answers come back through `Answers`; those
to another worker are told from ours by what they correlate to. Several workers may keep the same rights: who comes
second is refused, looks anew and finds nothing left to do.
"""

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import connection

from hub.fleet.broker_users import edge_of, enrolled_users
from hub.sync import broker_rights
from hub.sync.broker_rights import Command, Rights
from hub.sync.control import CONTROL, Answers
from hub.sync.log import Log
from hub.sync.outgoing import Broker, Outgoing, deletions_of
from hub.sync.supervision import supervise

TURN_EVERY_S: Final = 0.1
LOOK_EVERY_S: Final = 0.5
WHOLE_EVERY_S: Final = 3_600.0
ANSWERED_WITHIN_S: Final = 10.0
AGAIN_AFTER_S: Final = 5.0
COMMANDS_AT_ONCE: Final = 200
"""In one message: the broker does nothing else while it works on one."""


class RightsKeeper:
    """`turn` is one look, a plain function; `run` repeats it in a thread of its own."""

    def __init__(self, broker: Broker, answers: Answers, log: Log, monotonic_s: Callable[[], float]) -> None:
        self._broker = broker
        self._answers = answers
        self._log = log
        self._monotonic_s = monotonic_s
        self._have: Rights | None = None
        self._commanded: Rights | None = None
        self._commands: list[Command] = []
        self._waiting: set[str] = set()
        self._failures = 0
        self._look_due_s = self._whole_due_s = self._late_s = 0.0

    def run(self, stopping: threading.Event) -> None:
        while not stopping.wait(TURN_EVERY_S):
            supervise(self.turn, stopping, self._log)
        connection.close()

    def turn(self) -> None:
        """django.db.Error: the database is gone."""
        at_s = self._monotonic_s()
        if self._answers.begun():
            self._start_over(at_s)
        for payload in self._answers.take():
            self._hear(payload, at_s)
        if not self._broker.connected():
            return
        if self._waiting:
            if at_s >= self._late_s:
                self._failures += 1
                self._fail("the broker does not answer: has it the dynamic-security plugin?", at_s)
        elif at_s >= self._look_due_s:
            self._look_due_s = at_s + LOOK_EVERY_S
            if self._have is None or at_s >= self._whole_due_s:
                self._ask(at_s)
            else:
                self._compare(self._have, at_s)

    def _start_over(self, at_s: float) -> None:
        self._have = None
        self._waiting.clear()
        self._look_due_s = at_s

    def _ask(self, at_s: float) -> None:
        self._have, self._commanded = None, None
        self._whole_due_s = at_s + WHOLE_EVERY_S
        self._send(broker_rights.questions(), at_s)

    def _compare(self, have: Rights, at_s: float) -> None:
        want = broker_rights.wanted(enrolled_users())
        commands = broker_rights.changes(have, want)
        if not commands:
            self._failures = 0
            return
        self._commanded, self._commands = want, commands
        for start in range(0, len(commands), COMMANDS_AT_ONCE):
            self._send(commands[start : start + COMMANDS_AT_ONCE], at_s)

    def _send(self, commands: list[Command], at_s: float) -> None:
        asked = secrets.token_hex(8)
        self._waiting.add(asked)
        self._late_s = at_s + ANSWERED_WITHIN_S
        text = json.dumps({"commands": [{**command, "correlationData": asked} for command in commands]})
        self._broker.publish(Outgoing(CONTROL, text.encode()))

    def _hear(self, payload: bytes, at_s: float) -> None:
        try:
            responses: list[Mapping[str, Any]] = json.loads(payload)["responses"]
            asked = {response.get("correlationData") for response in responses}
            if len(asked) != 1 or not asked <= self._waiting:
                return
            self._waiting -= asked
            refused = [f"{each['command']}: {each['error']}" for each in responses if "error" in each]
            if refused:
                self._fail(refused[0], at_s)
            elif self._commanded is None:
                self._have = broker_rights.found({each["command"]: each["data"] for each in responses})
                self._look_due_s = at_s
            elif not self._waiting:
                self._have, self._commanded = self._commanded, None
                self._tell()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self._fail(f"the broker's answer cannot be read ({type(error).__name__})", at_s)

    def _tell(self) -> None:
        """Each edge once, by its user: its role and its group are of no interest to anybody."""
        told: dict[str, str] = {}
        for command in self._commands:
            if command["command"].endswith("Client"):
                told.setdefault(command["username"], command["command"])
        there = {edge_of(user) for user in ({} if self._have is None else self._have.clients)}
        for edge in {edge_of(user) for user, what in told.items() if what == "deleteClient"} - there:
            self._forget(edge)
        for user, what in told.items():
            self._log.event("broker_rights", what=what, user=user)

    def _forget(self, edge: str) -> None:
        """What the broker keeps of an edge that is gone: nobody else would ever delete it."""
        for message in deletions_of(edge):
            self._broker.publish(message)

    def _fail(self, text: str, at_s: float) -> None:
        """Once may be another worker, who was faster; then all is as it should be when it is looked at again."""
        self._failures += 1
        if self._failures > 1:
            self._log.event("broker_rights_failed", text=text)
        self._have = None
        self._waiting.clear()
        self._look_due_s = at_s + (AGAIN_AFTER_S if self._failures > 1 else LOOK_EVERY_S)
