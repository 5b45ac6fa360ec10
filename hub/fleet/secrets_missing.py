"""Telling staff of readers that ask for rotating codes while their edge's feed does not carry the secrets."""

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from hub.fleet import queries


def warn_of_missing_secrets(request: HttpRequest, **which: object) -> None:
    """After something was saved. `which`: conditions on the readers that are looked at."""
    for reader in queries.readers_without_secrets().filter(**which):
        messages.warning(
            request,
            format_html(
                "“{}” asks for rotating codes, but its edge's feed, “{}”, does not carry their secrets: every card"
                " is denied there (code_stale). On the page of <a href='{}' class='underline'>feeds</a>, choose it"
                " and “Carry the secrets of rotating codes”.",
                reader,
                reader.edge.feed,
                reverse("admin:feed_feed_changelist"),
            ),
        )
