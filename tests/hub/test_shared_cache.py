"""What the hub's processes remember together: kept as JSON, for a while, once."""

import threading
from datetime import UTC, datetime

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


def test_one_that_lapsed_may_be_added_again_however_many_did() -> None:
    lapsed = datetime(2020, 1, 1, tzinfo=UTC)
    names = [cache.make_key(str(number)) for number in range(3_000)]
    Cached.objects.bulk_create(Cached(key=each, value="1", until=lapsed) for each in names)
    assert all(cache.add(key, 2) for key in ("2999", "0"))
    assert [cache.get(key) for key in ("2999", "0")] == [2, 2]


def test_it_is_kept_for_longer_unless_it_lapsed() -> None:
    cache.set("key", 1, timeout=60)
    assert cache.touch("key", None) and cache.get("key") == 1
    assert Cached.objects.get().until.year == 9000
    assert cache.touch("key", -1) and not cache.touch("key", None)
    assert cache.get("key") is None and not cache.touch("another")


def test_what_json_cannot_say_is_not_kept_and_nothing_else_is_read() -> None:
    cache.set("key", object())
    assert not cache.add("key", object())
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
