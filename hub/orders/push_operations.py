"""One configuration for several edges at once: all of them are to have it, or none."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from hub.errors import HubError
from hub.orders.documents import ConfigurationRefused
from hub.orders.operations import Pushed, Terms, push
from hub.orders.ordering import ordering


class NotPushed(HubError):
    """Nothing was pushed to anybody. `why`: of each edge that cannot have it; `field` is where, in the text."""

    def __init__(self, why: dict[str, HubError]) -> None:
        super().__init__("; ".join(f"{edge}: {error}" for edge, error in why.items()))
        self.why: Final = why
        refused = next((each for each in why.values() if isinstance(each, ConfigurationRefused)), None)
        self.field: Final = "" if refused is None else refused.field
        self.said: Final = "" if refused is None else str(refused)


def push_to_all(edges: Collection[str], text: str, at: datetime, by: str, terms: Terms) -> list[Pushed]:
    """As hub.orders.operations.push, of each of these edges by name. NotPushed."""
    pushed, why = [], {}
    with ordering():
        for edge in edges:
            try:
                pushed.append(push(edge, text, at, by, terms))
            except HubError as error:
                why[edge] = error
        if why:
            raise NotPushed(why)
    return pushed
