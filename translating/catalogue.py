"""Catalogues as files: .po, which people edit, and .mo, which the hub reads (GNU gettext's manual, "The Format of
PO Files" and "The Format of GNU MO Files"). Written here, so that nobody needs GNU gettext."""

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from translating.message import Key, Message

_MAGIC: Final = 0x950412DE
_HEADER: Final = (
    "Language: {language}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
)


class CatalogueWrong(Exception):
    """A line of a .po file that means nothing here."""


def merged(marked: Iterable[Message], known: Iterable[Message]) -> list[Message]:
    """What is marked, with the translations that are known; what is marked no more is dropped."""
    said = {(each.key, bool(each.plural)): each.said for each in known}
    return [replace(each, said=said.get((each.key, bool(each.plural)), ())) for each in marked]


def written(messages: Iterable[Message], language: str) -> str:
    lines = _HEADER.format(language=language).splitlines(keepends=True)
    head = "\n".join(['msgid ""', 'msgstr ""', *map(_quoted, lines), ""])
    return "\n".join([head, *(_entry(each) for each in messages)])


def _entry(message: Message) -> str:
    said = [*message.said, "", ""]
    lines = [f"#: {place}" for place in message.places]
    if "%(" in message.key.text or "%s" in message.key.text:
        lines.append("#, python-format")
    if message.key.context:
        lines.append(f"msgctxt {_quoted(message.key.context)}")
    lines.append(f"msgid {_quoted(message.key.text)}")
    if message.plural:
        lines += [f"msgid_plural {_quoted(message.plural)}", *(f"msgstr[{n}] {_quoted(said[n])}" for n in (0, 1))]
    else:
        lines.append(f"msgstr {_quoted(said[0])}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def parsed(text: str) -> list[Message]:
    """CatalogueWrong: where, and what to do about it."""
    found = [_message(paragraph, number) for number, paragraph in _paragraphs(text)]
    return [each for each in found if each.key.text]


def _paragraphs(text: str) -> Iterator[tuple[int, list[str]]]:
    first, lines = 1, list[str]()
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.strip():
            lines.append(line)
        elif lines:
            yield first, lines
            lines = []
        if not lines:
            first = number + 1


def _message(lines: list[str], first: int) -> Message:
    fields: dict[str, str] = {}
    places: list[str] = []
    name = ""
    for number, line in enumerate(lines, start=first):
        if line.startswith("#: "):
            places += line[3:].split()
        if line.startswith("#, ") and "fuzzy" in line:
            raise CatalogueWrong(f"line {number}: a guess (fuzzy): translate it and take the word away")
        if line.startswith("#"):
            continue
        name, value = (name, line) if line.startswith('"') else line.split(" ", 1)
        try:
            fields[name] = fields.get(name, "") + json.loads(value)
        except ValueError as error:
            raise CatalogueWrong(f"line {number}: write the text in double quotes, on one line") from error
    plural = fields.get("msgid_plural", "")
    said = (fields.get("msgstr[0]", ""), fields.get("msgstr[1]", "")) if plural else (fields.get("msgstr", ""),)
    key = Key(fields.get("msgctxt", ""), fields.get("msgid", ""))
    return Message(key, plural, tuple(places), said if any(said) else ())


def compiled(messages: Iterable[Message], language: str) -> bytes:
    """Only what is translated: of the rest gettext says the English."""
    pairs = [(b"", _HEADER.format(language=language).encode())]
    pairs += [(_looked_up(each), "\0".join(each.said).encode()) for each in messages if each.is_whole]
    pairs.sort()
    at, table, texts = 28 + 16 * len(pairs), list[bytes](), b""
    for column in (0, 1):
        for pair in pairs:
            table.append(struct.pack("<II", len(pair[column]), at + len(texts)))
            texts += pair[column] + b"\0"
    head = struct.pack("<7I", _MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, at)
    return head + b"".join(table) + texts


def _looked_up(message: Message) -> bytes:
    """With its context in front, and behind it its plural."""
    front = f"{message.key.context}\4" if message.key.context else ""
    behind = f"\0{message.plural}" if message.plural else ""
    return f"{front}{message.key.text}{behind}".encode()
