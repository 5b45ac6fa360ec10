"""Finds what is marked, in Python and in Django's templates. Reads files alone: nothing of the hub is started."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.template.base import Lexer, Token, TokenType
from django.utils.text import unescape_string_literal
from django.utils.translation import trim_whitespace

from translating.message import Key, Message

Marked = tuple[Key, str]
_PLAIN: Final = {"gettext", "gettext_lazy", "gettext_noop"}
_PLURAL: Final = {"ngettext", "ngettext_lazy"}
_CONTEXT: Final = {"pgettext", "pgettext_lazy"}
_CONTEXT_PLURAL: Final = {"npgettext", "npgettext_lazy"}
_OPENING: Final = ("blocktranslate", "blocktrans")
_IN_TAG: Final = re.compile(r"""_\(("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""")


def messages(folder: Path) -> list[Message]:
    """All of a folder, in the order of its files; each once, with the files that it stands in."""
    places: dict[Key, list[str]] = defaultdict(list)
    plurals: dict[Key, str] = {}
    for path in sorted(folder.rglob("*")):
        for key, plural in _of_file(path):
            place = str(path.relative_to(folder.parent))
            if place not in places[key]:
                places[key].append(place)
            plurals[key] = plurals.get(key) or plural
    return [Message(key, plurals[key], tuple(where)) for key, where in places.items()]


def _of_file(path: Path) -> Iterator[Marked]:
    if path.suffix == ".py" and "migrations" not in path.parts:
        yield from of_python(path.read_text())
    elif path.suffix in (".html", ".txt") and "templates" in path.parts:
        yield from of_template(path.read_text())


def of_python(source: str) -> Iterator[Marked]:
    tree = ast.parse(source)
    names = _names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            texts = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
            yield from _of_call(names[node.func.id], texts)


def _names(tree: ast.AST) -> dict[str, str]:
    """As what this file calls Django's functions."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            found |= {each.asname or each.name: each.name for each in node.names}
    return found


def _of_call(function: str, texts: list[object]) -> Iterator[Marked]:
    """A text that is no literal was marked where it stands."""
    match function, texts:
        case name, [str(text), *_] if name in _PLAIN:
            yield Key("", text), ""
        case name, [str(one), str(many), *_] if name in _PLURAL:
            yield Key("", one), many
        case name, [str(context), str(text), *_] if name in _CONTEXT:
            yield Key(context, text), ""
        case name, [str(context), str(one), str(many), *_] if name in _CONTEXT_PLURAL:
            yield Key(context, one), many


def of_template(source: str) -> Iterator[Marked]:
    tokens = iter(Lexer(source).tokenize())
    for token in tokens:
        if token.token_type not in (TokenType.BLOCK, TokenType.VAR):
            continue
        yield from ((Key("", _literal(each)), "") for each in _IN_TAG.findall(token.contents))
        words = token.split_contents()
        if token.token_type == TokenType.VAR:
            continue
        if words[0] in ("translate", "trans") and words[1][0] in "\"'":
            yield Key(_context(words), _literal(words[1])), ""
        elif words[0] in _OPENING:
            yield _of_block(words, tokens)


def _of_block(words: list[str], tokens: Iterator[Token]) -> Marked:
    forms = [""]
    for token in tokens:
        if token.token_type == TokenType.BLOCK:
            if token.contents.strip() != "plural":
                break
            forms.append("")
        else:
            is_text = token.token_type == TokenType.TEXT
            forms[-1] += token.contents.replace("%", "%%") if is_text else f"%({token.contents})s"
    if "trimmed" in words:
        forms = [trim_whitespace(each) for each in forms]
    return Key(_context(words), forms[0]), forms[1] if len(forms) > 1 else ""


def _context(words: list[str]) -> str:
    return unescape_string_literal(words[words.index("context") + 1]) if "context" in words else ""


def _literal(word: str) -> str:
    """As Django looks it up: signs of percent twice."""
    return unescape_string_literal(word).replace("%", "%%")
