"""What somebody copies into a page of their website: our frame, with all public plans or one."""

from typing import Final, NamedTuple

from django.conf import settings
from django.utils.html import escape
from django.utils.translation import gettext as _

from hub.members.models import Plan
from hub.websites.models import Website

_SCRIPT: Final = '<script src="{}/embed.js" data-website="{}"{} async></script>'
_FRAME: Final = (
    '<iframe src="{}/embed/{}/{}" title="{}" style="width: 100%; height: 48rem; border: 0"'
    ' allow="publickey-credentials-get; publickey-credentials-create"></iframe>'
)


class Snippet(NamedTuple):
    """`script`: its height follows what it shows, and it takes a visitor's token. `frame`: without JavaScript."""

    name: str
    script: str
    frame: str


def snippets(website: Website) -> list[Snippet]:
    """None where there is nothing to choose."""
    found = [_snippet(website, each.name, each.public_id) for each in Plan.objects.filter(is_public=True)]
    return [_snippet(website, _("All plans"), ""), *found] if found else []


def _snippet(website: Website, name: str, plan: str) -> Snippet:
    where, said = (settings.DOORWARD_URL, website.public_id), f' data-plan="{plan}"' if plan else ""
    # Plain text, which the page escapes once more: what is copied has a plan's name escaped once.
    frame = _FRAME.format(*where, f"{plan}/" if plan else "", escape(name))
    return Snippet(name, _SCRIPT.format(*where, said), frame)
