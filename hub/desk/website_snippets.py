"""What somebody copies into a page of their website: our frame, for each plan that everybody can choose."""

from typing import Final, NamedTuple

from django.conf import settings
from django.utils.html import escape

from hub.members.models import Plan
from hub.websites.models import Website

_SCRIPT: Final = '<script src="{}/embed.js" data-website="{}" data-plan="{}" async></script>'
_FRAME: Final = (
    '<iframe src="{}/embed/{}/{}/" title="{}" style="width: 100%; height: 48rem; border: 0"'
    ' allow="publickey-credentials-get; publickey-credentials-create"></iframe>'
)


class Snippet(NamedTuple):
    """`script`: its height follows what it shows, and it takes a visitor's token. `frame`: without JavaScript."""

    plan: Plan
    script: str
    frame: str


def snippets(website: Website) -> list[Snippet]:
    return [_snippet(website, each) for each in Plan.objects.filter(is_public=True)]


def _snippet(website: Website, plan: Plan) -> Snippet:
    where = (settings.DOORWARD_URL, website.public_id, plan.public_id)
    # Plain text, which the page escapes once more: what is copied has a plan's name escaped once.
    return Snippet(plan, _SCRIPT.format(*where), _FRAME.format(*where, escape(plan.name)))
