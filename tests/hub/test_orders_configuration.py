"""Configurations at the hub: pushed whole or not at all, refused with the place and a hint, rolled back."""

from datetime import timedelta

import pytest

from contract.configuration import document_of, read_document
from contract.orders import Refused, digest_of
from hub.fleet.edge_marks import StaleMark
from hub.fleet.models import Edge, Reader, Site
from hub.fleet.named import UnknownEdge
from hub.fleet.operations import save_site
from hub.orders import operations, queries, report_operations
from hub.orders.documents import ConfigurationRefused
from hub.orders.models import Configuration
from hub.orders.operations import NothingBefore, Overtaken, Terms
from hub.orders.queries import Standing
from hub.orders.report_operations import EpochTooHigh, note_reported
from hub.orders.toml_text import toml_of
from hub.partners.models import Partner
from tests.hub.conftest import Database
from tests.hub.ordered import AHEAD, OTHER, TOML, another, house, reported, standing
from tests.hub.scans import AT

BY = "owner"


@pytest.fixture
def edge(database: Database) -> Edge:
    return house()


def push(text: str = TOML, edge: str = "east") -> Configuration:
    return operations.push(edge, text, AT, BY).configuration


def state(edge: Edge) -> Standing:
    return queries.state_of(edge).state


def test_a_push_fills_in_what_the_hub_knows(edge: Edge) -> None:
    pushed = push()
    assert (pushed.generation, pushed.text, pushed.by) == (1, TOML, BY)
    assert pushed.epoch == int(AT.timestamp() * 1_000)
    assert {word: pushed.document[word] for word in ("edge", "feed", "site")} == {
        "edge": "east",
        "feed": "everyone",
        "site": "house",
    }
    read_document(pushed.document)
    [desired] = queries.desired_of(["east"]).values()
    assert (desired.epoch, desired.generation, desired.document) == (pushed.epoch, 1, pushed.document)


def test_the_readers_are_brought_to_it(edge: Edge) -> None:
    Reader.objects.create(edge=edge, name="old", kind="counter", permission_id=1)
    Reader.objects.create(edge=edge, name="bar", kind="counter", permission_id=1, area="hall")
    bar = Reader.objects.get(name="bar").pk
    push()
    rows = {each.name: each for each in edge.readers.select_related("permission", "partner", "unlocked_schedule")}
    assert set(rows) == {"door", "bar"}
    assert rows["bar"].pk == bar
    assert (rows["bar"].permission.slug, rows["bar"].partner.slug, rows["bar"].area) == ("glass", "wine-bar", "")
    assert (rows["door"].kind, rows["door"].unlocked_schedule.slug) == ("door", "opening")


def test_the_same_again_is_no_new_generation(edge: Edge) -> None:
    push()
    again = operations.push("east", "# a word\n" + TOML, AT, BY)
    assert not again.new
    assert again.configuration.generation == 1
    assert push(OTHER).generation == 2


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("[hardware]", "site = 'lake'\n[hardware]", "site", "at the hub it is 'house': leave it out"),
        ("[hardware]", "edge = 'west'\n[hardware]", "edge", "at the hub it is 'east'"),
        ("[hardware]", "feed = 'names'\n[hardware]", "feed", "at the hub it is 'everyone'"),
        ('"front-door"', '"front-dor"', 'readers[0] ("door").permission', "did you mean “front-door”?"),
        ('"wine-bar"', '"baths"', 'readers[1] ("bar").partner', "has no partner of that name: add it"),
        ('"opening"', '"openin"', 'readers[0] ("door").unlocked_schedule', "did you mean “opening”?"),
        ('"undo"', '"undoo"', 'readers[1] ("bar").undo_permission', "did you mean “undo”?"),
        ("relay_pin = 17", "", 'readers[0] ("door").relay_pin', "is missing"),
        ("relay_pin = 17", "relay_pin = 99", 'readers[0] ("door").relay_pin', "0 to 27"),
        ("[hardware]", "[hardware", "the text", "is no TOML"),
    ],
)
def test_what_does_not_fit_changes_nothing(edge: Edge, old: str, new: str, field: str, words: str) -> None:
    push(OTHER)
    with pytest.raises(ConfigurationRefused) as refused:
        push(TOML.replace(old, new, 1))
    assert refused.value.field == field
    assert words in str(refused.value)
    edge.refresh_from_db()
    assert (Configuration.objects.count(), edge.config_generation) == (1, 1)


def test_an_edge_that_is_not_there(edge: Edge) -> None:
    with pytest.raises(UnknownEdge, match="did you mean east"):
        push(edge="eats")


def test_as_the_edge_says(edge: Edge) -> None:
    assert state(edge) is Standing.NONE
    first = push()
    assert state(edge) is Standing.WAITING
    note_reported("east", standing(1, first, trying=True), AT)
    assert (state(edge), queries.newest(edge).stood_at) == (Standing.TRYING, None)
    note_reported("east", standing(2, first), AT)
    assert (state(edge), queries.newest(edge).stood_at) == (Standing.STANDS, AT)
    second = push(OTHER)
    assert state(edge) is Standing.WAITING
    why = Refused(epoch=second.epoch, generation=2, step="self_test", field="readers[0].device", why="gone")
    note_reported("east", standing(3, first, refused=why), AT)
    told = queries.state_of(edge)
    assert (told.state, told.standing, told.newest.refused_field) == (Standing.REFUSED, first, "readers[0].device")
    assert operations.push("east", OTHER, AT, BY).new
    assert state(edge) is Standing.WAITING


def test_what_was_refused_and_stands_again_is_refused_no_longer(edge: Edge) -> None:
    first = push()
    note_reported("east", standing(1, first), AT)
    why = Refused(epoch=first.epoch, generation=1, step="validate", field="readers", why="older software")
    note_reported("east", reported(2, refused=why), AT)
    assert state(edge) is Standing.REFUSED
    note_reported("east", standing(3, first, trying=True), AT)
    assert state(edge) is Standing.REFUSED
    note_reported("east", standing(4, first), AT)
    newest = queries.newest(edge)
    assert state(edge) is Standing.STANDS
    assert not (newest.refused_step or newest.refused_field or newest.refused_why)


def test_a_report_costs_no_more_for_what_was_pushed_before(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    for seconds in range(5, 10):
        newest = push(TOML.replace("4.5", str(seconds)))
    compared: list[object] = []
    monkeypatch.setattr(
        report_operations, "digest_of", lambda document: compared.append(document) or digest_of(document)
    )
    note_reported("east", standing(1, newest, document=digest_of(newest.document)), AT)
    assert compared == [newest.document]


def test_what_was_said_before_is_stale_and_the_same_again_no_news(edge: Edge) -> None:
    first = push()
    note_reported("east", standing(5, first), AT)
    note_reported("east", standing(5, first), AT + timedelta(seconds=9))
    assert queries.state_of(edge).reported.received_at == AT
    with pytest.raises(StaleMark):
        note_reported("east", reported(4), AT)
    assert state(edge) is Standing.STANDS


def test_back_to_the_last_that_stood(edge: Edge) -> None:
    first = push()
    with pytest.raises(NothingBefore):
        operations.rollback("east", AT, BY)
    note_reported("east", standing(1, first), AT)
    push(OTHER)
    push(TOML.replace("4.5", "7"))
    back = operations.rollback("east", AT, BY)
    assert (back.generation, back.document, back.text) == (4, first.document, first.text)


def test_what_was_gone_back_from_is_not_gone_back_to(edge: Edge) -> None:
    oldest = push(TOML.replace("4.5", "7"))
    note_reported("east", standing(1, oldest), AT)
    good = push()
    note_reported("east", standing(2, good), AT)
    note_reported("east", standing(3, push(OTHER)), AT)
    back = operations.rollback("east", AT, "one")
    assert back.document == good.document
    note_reported("east", standing(4, back), AT)
    note_reported("east", standing(5, operations.rollback("east", AT, "another")), AT)
    assert queries.newest(edge).document == oldest.document
    with pytest.raises(NothingBefore):
        operations.rollback("east", AT, BY)
    note_reported("east", standing(6, push()), AT)
    push(OTHER)
    assert operations.rollback("east", AT, BY).document == good.document


def test_who_was_overtaken_changes_nothing(edge: Edge) -> None:
    first = push()
    note_reported("east", standing(1, first), AT)
    second = operations.push("east", OTHER, AT, "colleague", Terms(over=first.pk))
    assert (second.new, second.replaced) == (True, first)
    for deed in (
        lambda: operations.push("east", TOML, AT, BY, Terms(over=first.pk)),
        lambda: operations.push("east", TOML, AT, BY, Terms(over=0)),
        lambda: operations.rollback("east", AT, BY, Terms(over=first.pk)),
    ):
        with pytest.raises(Overtaken, match="generation 2 was made meanwhile, by colleague"):
            deed()
    another("west", edge.site)
    with pytest.raises(Overtaken, match="not there any more"):
        operations.push("west", TOML, AT, BY, Terms(over=first.pk))
    assert queries.newest(edge) == second.configuration


def test_nothing_is_gone_back_to_that_the_hub_no_longer_has(edge: Edge) -> None:
    note_reported("east", standing(1, push()), AT)
    push(OTHER.replace('partner = "wine-bar"\n', ""))
    Reader.objects.update(partner=None)
    Partner.objects.all().delete()
    with pytest.raises(ConfigurationRefused, match="wine-bar"):
        operations.rollback("east", AT, BY)


def test_an_edge_that_moves_is_told_so(edge: Edge) -> None:
    push()
    edge.site = save_site(Site(name="lake", time_zone="UTC"))
    operations.save_edge(edge, AT, BY)
    operations.save_edge(edge, AT, BY)
    newest = queries.newest(edge)
    assert (newest.generation, newest.document["site"]) == (2, "lake")
    assert document_of(newest.text) == newest.document


def test_a_hub_from_a_backup_begins_above_what_its_edges_have_seen(edge: Edge) -> None:
    first = push()
    ahead = standing(1, first, generation=7, mode_epoch=first.epoch, mode_generation=2)
    assert note_reported("east", ahead, AT)
    edge.refresh_from_db()
    newest = queries.newest(edge)
    assert (newest.generation, newest.epoch, newest.document) == (1, edge.epoch, first.document)
    assert edge.epoch > first.epoch
    assert queries.modes_for(edge).generation == 1
    assert not note_reported("east", standing(2, newest), AT)
    assert state(edge) is Standing.STANDS


@pytest.mark.parametrize(
    "ahead",
    [
        {"epoch": AHEAD, "generation": 1},
        {"mode_epoch": AHEAD, "mode_generation": 1},
        {"command_epoch": AHEAD, "command": 1},
        {"refused": Refused(epoch=AHEAD, generation=1, step="validate", why="no")},
    ],
)
def test_any_number_above_the_hubs_begins_an_epoch(edge: Edge, ahead: dict[str, object]) -> None:
    assert note_reported("east", reported(1, **ahead), AT)
    edge.refresh_from_db()
    assert edge.epoch == AHEAD + 1
    assert queries.newest(edge) is None


@pytest.mark.parametrize("kind", ["", "mode_", "command_"])
def test_an_epoch_that_no_hub_can_have_begun_changes_nothing(edge: Edge, kind: str) -> None:
    first = push()
    numbers = {f"{kind}epoch": 2**53, "command" if kind == "command_" else f"{kind}generation": 1}
    refused = Refused(epoch=2**53, generation=1, step="validate", why="no")
    for said in (reported(1, **numbers), reported(1, refused=refused)):
        with pytest.raises(EpochTooHigh, match="more than a day ahead of the hub's clock"):
            note_reported("east", said, AT)
    note_reported("east", standing(1, first), AT)
    edge.refresh_from_db()
    assert (edge.epoch, state(edge)) == (first.epoch, Standing.STANDS)


def test_edges_have_generations_of_their_own(edge: Edge) -> None:
    another("west", edge.site)
    push()
    assert push(edge="west").generation == 1


@pytest.mark.parametrize("text", [TOML, 'a = "\\u007f\\\\ ü\\n"\nb = -1.5\nc = true\n[d]\ne = 1\n[[f]]\ng = 2\n'])
def test_toml_there_and_back(text: str) -> None:
    document = document_of(text)
    assert document_of(toml_of(document)) == document
