"""What somebody had typed and pressed as they were asked once more who they are: kept for ten minutes, given back
on the phone where it was typed, to the same member alone, and pressed by them. No file is, and nothing secret:
whoever declares a view with secrets in its form says that it keeps nothing."""

from datetime import datetime
from typing import Final, NamedTuple

from django.http import HttpRequest, HttpResponse

from hub.accounts import ceremonies
from hub.cards.models import CardLink
from hub.kept import forget, keep
from hub.rates.operations import Limit, take
from hub.wallet.phone import PATH, customer_key

COOKIE: Final = "doorward_typed"
_KIND: Final = "typed"
_KEPT: Final = Limit("card-typed", 20, 3600)
_LETTERS_MAX: Final = 30_000
_STATE_LETTERS_MAX: Final = 200
_NOT_TYPED: Final = frozenset({"csrfmiddlewaretoken", "shown", "sure"})


class Typed(NamedTuple):
    """`path`: where it was pressed; `fields`: names and values."""

    path: str
    fields: list[tuple[str, str]]

    @property
    def shown(self) -> list[str]:
        return [value for name, value in self.fields if name not in _NOT_TYPED and value]


def keep_typed(request: HttpRequest, response: HttpResponse, link: CardLink, at: datetime) -> HttpResponse:
    """Nothing, where nothing was typed: the page itself is there again."""
    given = [(name, value) for name, values in request.POST.lists() for value in values]
    fields = [each for each in given if each[0] != "csrfmiddlewaretoken"]
    is_typed = not request.FILES and any(name not in _NOT_TYPED for name, _value in fields)
    if not is_typed or sum(len(value) for _name, value in fields) > _LETTERS_MAX:
        return response
    if take(_KEPT, customer_key(link), at).granted:
        said = {"customer": link.customer_id, "path": request.path, "fields": fields}
        keep(response, COOKIE, ceremonies.begin(_KIND, said, at), ceremonies.LASTS, PATH)
    return response


def typed_before(request: HttpRequest, link: CardLink, at: datetime) -> Typed | None:
    """Once. None: nothing that is theirs."""
    state = request.COOKIES.get(COOKIE, "")[:_STATE_LETTERS_MAX]
    said = ceremonies.take(_KIND, state, at) if state else None
    if said is None or said["customer"] != link.customer_id:
        return None
    return Typed(said["path"], [(name, value) for name, value in said["fields"]])


def forget_typed(response: HttpResponse) -> HttpResponse:
    forget(response, COOKIE, PATH)
    return response
