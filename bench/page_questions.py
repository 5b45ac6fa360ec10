"""`python -m bench.page_questions CLUB`: how many statements each of F11's pages makes, 20 times, as JSON. CLUB:
as bench/fill_club.py prints it."""

import os
import sys

import django
from msgspec import json

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.db import connection  # noqa: E402 - only after setup()
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.pages import Club, addresses  # noqa: E402

_TIMES = 20


def count(club: Club) -> dict[str, list[int]]:
    name, _, value = club.cookie.partition("=")
    client = Client(SERVER_NAME="localhost")
    client.cookies[name] = value
    counted: dict[str, list[int]] = {}
    for page, address in addresses(club).items():
        client.get(address())
        counted[page] = []
        for _ in range(_TIMES):
            with CaptureQueriesContext(connection) as asked:
                client.get(address())
            counted[page].append(len(asked))
    return counted


if __name__ == "__main__":
    print(json.encode(count(json.decode(sys.argv[1], type=Club))).decode())
