"""Markdown of our own files as HTML that a page may hold: no raw HTML in it, and links only to the web."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_reader = MarkdownIt("commonmark", {"html": False}).disable("image")


def html_of(text: str) -> Markup:
    """The text as HTML. A link to a file beside it, which a page does not have, is only its words."""
    tokens = _reader.parse(text)
    for token in tokens:
        if token.children:
            token.children = _without_dead_links(token.children)
    return Markup(_reader.renderer.render(tokens, _reader.options, {}))  # noqa: S704  (the reader escapes)


def _without_dead_links(tokens: Sequence[Token]) -> list[Token]:
    kept, dead = [], 0
    for token in tokens:
        if token.type == "link_open" and not str(token.attrGet("href")).startswith("https://"):
            dead += 1
        elif token.type == "link_close" and dead:
            dead -= 1
        else:
            kept.append(token)
    return kept
