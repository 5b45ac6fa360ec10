"""The worker as a process sends what waits; killed amid a letter, the next one sends it. And `mail test`."""

import time
from collections.abc import Callable, Iterator

import pytest

from hub.mail.models import Mail
from tests.brokers import Broker
from tests.hub.conftest import Database, run_hub
from tests.hub.mail_server import mail_server
from tests.hub.mailed import SENDER, mail_by, queued, states
from tests.hub.webhook_queue import now
from tests.hub.worker_process import WorkerProcess

Start = Callable[[str], WorkerProcess]


@pytest.fixture
def start_worker(database: Database, mosquitto: Broker) -> Iterator[Start]:
    workers: list[WorkerProcess] = []

    def start(mail: str) -> WorkerProcess:
        told = {"DOORWARD_MAIL": mail, "DOORWARD_MAIL_FROM": SENDER}
        broker = {"DOORWARD_BROKER": f"mqtt://127.0.0.1:{mosquitto.port}"}
        workers.append(WorkerProcess(database.environment | broker | told))
        return workers[-1]

    yield start
    for each in workers:
        each.kill()


def test_what_a_worker_dies_with_is_sent_by_the_next(start_worker: Start) -> None:
    with mail_server(hangs=".") as server, mail_by(server.url):
        queued("ann@club.example", "bob@club.example", at=now())
        worker = start_worker(server.url)
        server.wait_for(1)
        worker.kill()
        assert states() == [("waiting", ""), ("waiting", "")]
        server.hangs = ""
        # What it had taken is due again some minutes later.
        Mail.objects.update(leased_until=now())
        start_worker(server.url)
        server.wait_for(3)
        while set(states()) != {("sent", "")}:
            time.sleep(0.05)
    assert sorted(each["to"] for each in server.letters) == ["ann@club.example"] * 2 + ["bob@club.example"]
    assert len({each["message-id"] for each in server.letters}) == 2


def test_a_letter_to_try_it(sqlite_database: Database) -> None:
    def tried(url: str, address: str = "you@club.example") -> tuple[int, str]:
        told = {"DOORWARD_MAIL": url, "DOORWARD_MAIL_FROM": SENDER}
        done = run_hub("mail", "test", address, **sqlite_database.environment, **told)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    with mail_server(offers=("AUTH PLAIN",)) as server:
        url = server.url.replace("//", "//club:tiger@")
        code, said = tried(url)
        assert (code, server.letters[0]["to"]) == (0, "you@club.example")
        assert f"Sent by {server.url} from {SENDER}" in said
        server.answers["AUTH"] = "535 no, tiger is wrong"
        code, said = tried(url)
        assert (code, "does not let us in" in said, "tiger" in said) == (1, True, False)
    code, said = tried(server.url)
    assert (code, "are host and port right?" in said) == (1, True)
    assert tried("console:", "you")[0] == 1
    code, said = tried("")
    assert (code, "set DOORWARD_MAIL" in said) == (1, True)
