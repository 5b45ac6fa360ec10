"""`doorward-hub feed`: feeds that hold less than everybody's, and what is assigned to them."""

from collections.abc import Iterator
from typing import Any, Final, TypeVar

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from hub.errors import HubError
from hub.feed.epoch_operations import epoch_at
from hub.feed.named_operations import Holding
from hub.fleet import feed_operations
from hub.fleet.feed_operations import Chosen
from hub.fleet.feed_shown import feeds_shown
from hub.members.models import Company, Customer

_Holder = TypeVar("_Holder", Customer, Company)
_KINDS: Final = "customer:NAME, customer:NUMBER, company:NAME or company:NUMBER"
_DIGITS_MAX: Final = 18
_DOING: Final = {"assign": feed_operations.assign, "unassign": feed_operations.unassign}


class UnclearHolder(HubError):
    """No customer and no company, or several."""


class Command(BaseCommand):
    help = "Feeds that hold less than everybody's: create, assign, unassign, complete, list."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        doing = parser.add_subparsers(dest="doing", required=True)
        create = doing.add_parser("create", help="a feed, filled at once; with no option it holds all")
        create.add_argument("name")
        create.add_argument("--without-names", action="store_true", help="customers travel without their names")
        _add_parts(create, "only these, and what is assigned later")
        for word, text in (("assign", "brings these in"), ("unassign", "takes these out")):
            one = doing.add_parser(word, help=text)
            one.add_argument("name")
            _add_parts(one, text)
        complete = doing.add_parser(
            "complete", help="brings in what is missing where one of these was interrupted"
        )
        complete.add_argument("name")
        doing.add_parser("list", help="feeds, how many edges follow them, and what they hold")

    def handle(self, *_args: Any, **options: Any) -> None:
        doing, name = options["doing"], options.get("name")
        if doing == "create":
            _create(name, options)
        elif doing == "complete":
            feed_operations.complete(name)
        elif doing in _DOING:
            _DOING[doing](name, _chosen(options))
        for line in _lines(name):
            self.stdout.write(line)


def _add_parts(parser: CommandParser, text: str) -> None:
    parser.add_argument("--holders", nargs="+", metavar="HOLDER", help=f"{text}: {_KINDS}")
    parser.add_argument("--permissions", nargs="+", metavar="PERMISSION", help=f"{text}, by their slugs")
    parser.add_argument("--areas", nargs="+", metavar="AREA", help=f"{text}: areas of anti-passback")


def _create(name: str, options: dict[str, Any]) -> None:
    holding = Holding(
        with_names=not options["without_names"],
        all_holders=options["holders"] is None,
        all_permissions=options["permissions"] is None and options["areas"] is None,
    )
    feed_operations.create_feed(name, epoch_at(timezone.now()), holding, _chosen(options))


def _chosen(options: dict[str, Any]) -> Chosen:
    named = [text.partition(":") for text in options["holders"] or ()]
    for kind, _, what in named:
        if kind not in ("customer", "company") or not what:
            raise UnclearHolder(f"{kind!r} should be a holder: {_KINDS}")
    return Chosen(
        [_holder(Customer, what) for kind, _, what in named if kind == "customer"],
        [_holder(Company, what) for kind, _, what in named if kind == "company"],
        options["permissions"] or (),
        options["areas"] or (),
    )


def _holder(model: type[_Holder], text: str) -> _Holder:
    by_number = text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX
    wanted = {"pk": int(text)} if by_number else {"name": text}
    found = list(model._default_manager.filter(**wanted).order_by("pk")[:2])
    what = model._meta.verbose_name
    if not found:
        raise UnclearHolder(f"there is no {what} {text!r}: give the name as its page has it, or its number")
    if len(found) > 1:
        numbers = " or ".join(f"{what}:{each.pk}" for each in found)
        raise UnclearHolder(f"there is more than one {what} {text!r}: give a number, as in {numbers}")
    return found[0]


def _lines(name: str | None) -> Iterator[str]:
    for each in feeds_shown():
        if name in (None, each.feed.name):
            edges = "1 edge" if each.edges == 1 else f"{each.edges} edges"
            yield f"{each.feed}: {edges}; {each.holders}; {each.permissions}; {each.names}"
