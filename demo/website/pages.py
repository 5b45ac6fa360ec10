"""The website's two pages. Knows no sockets."""

from html import escape

from demo.website.tokens import Known, Visitor, token_for

VISITOR = Visitor("visitor-7", "Vera Visitor", "vera@website.example")
"""Whom the website's own login would have found."""
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="/look.css">
<header><strong>The club's website</strong>
<nav><a href="/">Join</a> <a href="/logged-in">Join, logged in</a></nav></header>
<main><h1>{title}</h1><p>{words}</p>
<script src="{hub}/embed.js" data-website="{website}"{token} data-title="Join our club"
 data-theme-colour="7a1f3d" data-theme-font="serif" async></script>
<h2>What the page was told</h2><ul id="told" aria-live="polite"></ul></main>
<script src="/told.js"></script></html>"""
LOOK = """body { font: 17px/1.6 Georgia, serif; margin: 0; color: #2b2126; background: #faf6f1 }
header { display: flex; gap: 2rem; flex-wrap: wrap; padding: 1rem; background: #7a1f3d; color: #fff }
header a { color: #fff; margin-right: 1rem }
main { max-width: 42rem; margin: 0 auto; padding: 1rem }"""
TOLD = """addEventListener("doorward", event => {
  const line = document.createElement("li");
  line.textContent = event.detail.name;
  document.querySelector("#told").append(line);
});"""


def policy(known: Known) -> str:
    """What a page that embeds the hub's needs: its script, and its frame."""
    return f"default-src 'self'; script-src 'self' {known.hub}; frame-src {known.hub}"


def page(path: str, known: Known) -> str | None:
    """None: there is no such page."""
    if path == "/":
        return _page("Join our club", "Nobody is logged in here: you say who you are in the frame.", known, "")
    if path == "/logged-in":
        words = f"You are logged in as {VISITOR.name}: the frame knows you by a token, and asks for no address."
        return _page("Join our club, logged in", words, known, token_for(VISITOR, known))
    return None


def _page(title: str, words: str, known: Known, token: str) -> str:
    said = f' data-token="{escape(token)}"' if token else ""
    return _PAGE.format(
        title=title, words=escape(words), hub=escape(known.hub), website=escape(known.issuer), token=said
    )
