"""Files as people have them: encodings, separators, quotes; and those that cannot be taken, with words."""

import io
import re

import pytest

from hub.exchange import reading
from hub.exchange.cells import escaped, unescaped
from hub.exchange.reading import Unreadable, check_size, form_of, lines_of

KNOWN = ["name", "email", "externalid"]


def read(data: bytes) -> tuple[reading.Form, list[reading.Line]]:
    file = io.BytesIO(data)
    form = form_of(file, KNOWN)
    return form, list(lines_of(file, form))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_any_common_file_reads_the_same(encoding: str, separator: str, newline: str) -> None:
    rows = [["Name", "E-Mail"], ["Zoë Müller", "a@b.example"], ["", ""], ['"O""Hara, Jr; x"', ""]]
    text = newline.join(separator.join(row) for row in rows) + newline
    form, lines = read(text.encode(encoding))
    assert (form.header, form.separator, form.guessed) == (("Name", "E-Mail"), separator, encoding == "cp1252")
    shown = [(line.number, line.cells[0]) for line in lines]
    if separator == "\t":
        assert shown == [(2, "Zoë Müller"), (4, 'O"Hara, Jr; x')]
    else:
        assert shown[0] == (2, "Zoë Müller") and shown[1] == (4, 'O"Hara, Jr; x')


def test_a_row_over_several_lines_has_the_number_of_its_first() -> None:
    _form, lines = read(b'name\n"a\nb"\nc\n')
    assert [(line.number, line.cells[0]) for line in lines] == [(2, "a\nb"), (4, "c")]


def test_excels_hint_for_the_separator_is_no_header() -> None:
    form, lines = read(b"sep=;\r\nname;email\r\nAnn;a@b.example\r\n")
    assert form.header == ("name", "email") and lines[0].cells == ("Ann", "a@b.example")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04rest", "workbook"),
        (b"name\nAnn\0\n", "NUL"),
        (b"name\n\x81\x8d\xff\n", "neither UTF-8 nor"),
        (b'name,email\n"Ann,a@b.example\nBob,\n', "Line 3 cannot be read"),
        (b'name\n"Ann"x\n', "Line 2 cannot be read"),
        (b"name\n" + b"x" * 20_000 + b"\n", "Line 2 cannot be read"),
    ],
)
def test_what_is_no_csv_file_is_told_with_words(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(data)


def test_what_is_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable, match="101 MB, and at most 100 MB"):
        check_size(100_000_001)
    with pytest.raises(Unreadable, match="empty"):
        check_size(0)
    monkeypatch.setattr(reading, "ROWS_MAX", 3)
    with pytest.raises(Unreadable, match="more than 3 rows"):
        read(b"name\n" + b"Ann\n" * 4)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49",
        "-",
        "@x",
        "'=1",
        "''+1",
        "'",
        "'a",
        "(clear)",
        "'(clear)",
        "Ann",
        "",
        "Foo;=1",
        ";'-1",
        "a\n@x;=1",
    ],
)
def test_no_cell_is_a_formula_and_each_comes_back(text: str) -> None:
    assert unescaped(escaped(text)) == text
    for cell in re.split(r"[;\t\r\n]", escaped(text)):
        assert not cell.startswith(("=", "+", "-", "@", "(clear)"))
