"""A letter's words: the organization's language and name, a plain text, and the same as simple HTML."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import override

from hub.letters.kinds import Kind
from hub.mail.draft import Draft
from hub.organization.queries import organization


def written(kind: Kind, **said: Any) -> Draft:
    """Of the templates letters/KIND.txt, whose first line is the subject, and letters/KIND.html."""
    club = organization()
    context = {"organization": str(club), "colour": club.colour, "language": club.language, **said}
    with override(club.language):
        subject, _empty, text = render_to_string(f"letters/{kind}.txt", context).strip().partition("\n")
        html = render_to_string(f"letters/{kind}.html", context)
    return Draft(subject.strip(), f"{text.strip()}\n", html, sender=str(club), reply_to=club.reply_to)
