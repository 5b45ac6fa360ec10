"""What the hub's processes remember together: kept as JSON, for a while, once."""

import threading

import pytest
from django.core.cache import cache
from django.db import connection

from hub.access.models import Cached
from tests.hub.conftest import Database, run_hub

pytestmark = pytest.mark.usefixtures("database")


def test_it_is_shared_by_all_processes(database: Database) -> None:
    cache.set("counted", [1, 2.5])
    print_it = "from django.core.cache import cache; print(cache.get('counted'))"
    done = run_hub("shell", "-c", print_it, **database.environment)
    assert done.stdout.splitlines()[-1] == "[1, 2.5]", done.stderr


def test_it_is_set_replaced_deleted_and_lapses() -> None:
    for value in (1, {"a": ["b"]}, None):
        cache.set("key", value)
        assert cache.get("key", "nothing") == value
    assert cache.delete("key") and not cache.delete("key")
    assert cache.get("key", "nothing") == "nothing"
    cache.set("key", 1, timeout=-1)
    assert cache.get("key") is None
    assert cache.add("key", 2) and not cache.add("key", 3)
    cache.set("key", 4, timeout=None)
    cache.set("another", 1, timeout=-1)
    assert cache.add("more", 5)
    assert (cache.get("key"), Cached.objects.count()) == (4, 2)
    cache.clear()
    assert not Cached.objects.exists()


def test_what_json_cannot_say_is_not_kept_and_nothing_else_is_read() -> None:
    cache.set("key", object())
    assert cache.get("key") is None
    cache.set("key", "x")
    assert Cached.objects.get().value == '"x"'


def test_of_several_at_once_one_is_the_first() -> None:
    barrier, firsts = threading.Barrier(4), []

    def add(number: int) -> None:
        barrier.wait()
        if cache.add("code", number):
            firsts.append(number)
        connection.close()

    threads = [threading.Thread(target=add, args=[number]) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [cache.get("code")] == firsts
