"""The keeper of the broker's rights, turn by turn, with a broker that answers as the test likes."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contract.topics import UP, up
from hub.sync import broker_rights, rights_keeper
from hub.sync.control import CONTROL, Answers
from hub.sync.log import Log
from hub.sync.outgoing import Outgoing
from hub.sync.rights_keeper import AGAIN_AFTER_S, ANSWERED_WITHIN_S, LOOK_EVERY_S, WHOLE_EVERY_S, RightsKeeper
from tests.hub.conftest import Database
from tests.hub.scans import small_club

NOTHING: dict[str, Any] = {
    "listRoles": {"roles": []},
    "listGroups": {"groups": []},
    "listClients": {"clients": [{"username": "somebody-elses", "roles": [], "groups": []}]},
    "getDefaultACLAccess": {"acls": [{"acltype": kind, "allow": True} for kind in broker_rights.DEFAULTS]},
}


class World:
    """A keeper, and what it sent that is not answered yet."""

    def __init__(self) -> None:
        self.at_s = 100.0
        self.sent: list[list[dict[str, Any]]] = []
        self.deleted: list[str] = []
        self.online = True
        self.answers = Answers()
        self._lines = io.StringIO()
        log = Log(self._lines, lambda: datetime(2026, 3, 1, tzinfo=UTC), lambda: self.at_s)
        self.keeper = RightsKeeper(self, self.answers, log, lambda: self.at_s)
        self.answers.session_begun()

    def connected(self) -> bool:
        return self.online

    def publish(self, message: Outgoing) -> None:
        if message.topic == CONTROL:
            self.sent.append(json.loads(message.payload)["commands"])
        else:
            assert (message.payload, message.retained) == (b"", True)
            self.deleted.append(message.topic)

    def after(self, seconds: float = 0.0) -> list[str]:
        """What is commanded in a turn."""
        self.at_s += seconds
        self.keeper.turn()
        return [command["command"] for commands in self.sent for command in commands]

    def answer(
        self, data: dict[str, Any] | None = None, error: str | None = None, at_most: int | None = None
    ) -> None:
        """To all that was sent, or the first `at_most` messages of it."""
        answered = self.sent[:at_most]
        for commands in answered:
            responses = [{name: each[name] for name in ("command", "correlationData")} for each in commands]
            for response in responses:
                if data is not None:
                    response["data"] = data[response["command"]]
                if error is not None:
                    response["error"] = error
            self.answers.put(json.dumps({"responses": responses}).encode())
        del self.sent[: len(answered)]

    def events(self) -> list[str]:
        return [json.loads(line)["event"] for line in self._lines.getvalue().splitlines()]


@pytest.fixture
def world(sqlite_database: Database) -> World:
    small_club()
    world = World()
    assert world.after()[:3] == ["listRoles", "listGroups", "listClients"]
    return world


def test_all_is_compared_and_what_is_missing_is_made(world: World) -> None:
    world.answer(NOTHING)
    assert world.after() == [
        "setDefaultACLAccess",
        *["createRole"] * 3,
        "createGroup",
        *("createClient", "modifyClient"),
    ]
    world.answer()
    assert world.after() == []
    assert world.events() == ["broker_rights"]
    assert world.after(LOOK_EVERY_S) == []
    assert world.after(WHOLE_EVERY_S)[0] == "listRoles"


def has(*users: str) -> dict[str, Any]:
    """The broker's answers where it knows these users, with rights of their own."""
    clients = [{"username": user, "roles": [], "groups": []} for user in users]
    return {**NOTHING, "listClients": {"clients": clients}}


def test_what_is_kept_of_an_edge_that_is_gone_is_deleted(world: World) -> None:
    world.answer(has("edge:annex:3"))
    assert world.after()[0] == "deleteClient"
    assert world.deleted == []
    world.answer()
    world.after()
    kept = {f"dw/1/down/annex/{what}" for what in ("config", "mode")} | {up("annex", what) for what in UP}
    assert (set(world.deleted), len(world.deleted)) == (kept, len(kept))


def test_what_an_edge_that_was_enrolled_anew_says_stays(world: World) -> None:
    world.answer(has("edge:clubhouse:0"))
    assert world.after()[0] == "deleteClient"
    world.answer()
    assert world.after() == []
    assert (world.events(), world.deleted) == (["broker_rights"] * 2, [])


def test_done_is_what_the_broker_has_answered_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights_keeper, "COMMANDS_AT_ONCE", 3)
    world.answer(has("edge:annex:3"))
    world.after()
    assert len(world.sent) > 2
    while len(world.sent) > 1:
        world.answer(at_most=1)
        world.after(LOOK_EVERY_S)
        assert (world.events(), world.deleted) == ([], [])
    world.answer()
    world.after()
    assert world.events() == ["broker_rights"] * 2
    assert world.deleted


def test_one_batch_that_is_refused_is_looked_at_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights_keeper, "COMMANDS_AT_ONCE", 3)
    world.answer(NOTHING)
    world.after()
    world.answer(at_most=1)
    world.after()
    world.answer(error="not allowed")
    world.after()
    assert world.after(LOOK_EVERY_S)[0] == "listRoles"
    assert world.events() == []


def test_nothing_is_asked_without_a_connection_and_all_again_in_the_next(world: World) -> None:
    world.answer(NOTHING)
    world.online = False
    assert world.after() == []
    world.answers.session_begun()
    world.online = True
    assert world.after(LOOK_EVERY_S)[0] == "listRoles"


def test_answers_to_another_worker_are_no_answers(world: World) -> None:
    asked = list(world.sent)
    other = [{"command": "listRoles", "correlationData": "another"}]
    world.answers.put(json.dumps({"responses": other}).encode())
    world.sent.clear()
    assert world.after(1) == []
    world.sent = asked
    world.answer(NOTHING)
    assert world.after()


def test_another_worker_was_faster(world: World) -> None:
    world.answer(NOTHING)
    world.after()
    world.answer(error="Client already exists")
    assert world.after() == []
    assert world.after(LOOK_EVERY_S)[0] == "listRoles"
    assert world.events() == []


def test_a_broker_that_refuses_is_told_and_asked_again(world: World) -> None:
    for _ in range(2):
        world.answer(error="not allowed")
        assert world.after() == []
        world.after(AGAIN_AFTER_S)
    assert world.events() == ["broker_rights_failed"]
    assert world.sent


def test_a_broker_that_does_not_answer_is_told_and_asked_again(world: World) -> None:
    world.sent.clear()
    assert world.after(ANSWERED_WITHIN_S) == []
    assert world.events() == ["broker_rights_failed"]
    assert world.after(AGAIN_AFTER_S)[0] == "listRoles"


@pytest.mark.parametrize(
    "payload", [b"\xff", b"[]", b"{}", b'{"responses":[1]}', b'{"responses":7}', b"[" * 100_000]
)
def test_bytes_that_are_no_answer_change_nothing(world: World, payload: bytes) -> None:
    world.answers.put(payload)
    world.sent.clear()
    assert world.after() == []
    assert world.after(AGAIN_AFTER_S)[0] == "listRoles"


def test_an_answer_that_lacks_something(world: World) -> None:
    world.answer({**NOTHING, "listClients": {"clients": [{"username": "edge:x:1"}]}})
    assert world.after() == []
    assert world.after(LOOK_EVERY_S)[0] == "listRoles"
