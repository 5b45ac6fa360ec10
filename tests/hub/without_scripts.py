"""Whoever goes through pages without JavaScript: reads a page's forms, fills them in and presses their buttons."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.test import Client


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    target: str = ""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(said["action"], target=said.get("target", "")))
        elif self.forms and tag == "button":
            self.forms[-1].buttons.append((said.get("name", ""), said.get("value", "")))
        elif self.forms and said.get("name") and _counts(tag, said):
            self.forms[-1].fields[said["name"]] = said.get("value", "")
            self._in = said["name"] if tag == "textarea" else ""

    def handle_data(self, data: str) -> None:
        if self._in:
            self.forms[-1].fields[self._in] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        self._in = "" if tag == "textarea" else self._in


def _has(form: Form, press: str) -> bool:
    is_said = ("press", press) in form.buttons or form.fields.get("press") == press
    return is_said or urlsplit(form.action).path.endswith(f"/{press}")


def _counts(tag: str, said: dict[str, str]) -> bool:
    is_chosen = said.get("type") not in {"checkbox", "radio"} or "checked" in said
    return tag in {"input", "textarea", "select"} and is_chosen


def a_browser() -> Client:
    """It guards forms as the hub does."""
    return Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")


class Reader:
    """`page` is what stands there now."""

    def __init__(self, client: Client | None = None) -> None:
        self.client = client or a_browser()
        self.page: Any = None

    def open(self, address: str, **headers: str) -> "Reader":
        self.page = self.client.get(address, follow=True, headers=headers)
        return self

    @property
    def text(self) -> str:
        return str(self.page.content.decode())

    def forms(self) -> list[Form]:
        read = _Forms()
        read.feed(self.text)
        return read.forms

    def form(self, press: str) -> Form:
        return next(each for each in self.forms() if _has(each, press))

    def press(self, press: str, follow: bool = True, **said: str) -> "Reader":
        """With what stands in the form, and `said`."""
        form = self.form(press)
        self.page = self.client.post(form.action, form.fields | {"press": press} | said, follow=follow)
        return self
