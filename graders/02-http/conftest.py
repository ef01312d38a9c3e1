"""What several checks share: a stored page, and a reader that tells how well formed HTML is."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

import pytest

from kata.grader import OK

#: Elements that have no end tag (HTML standard, section 13.1.2).
VOID = set("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
#: Elements whose end tag may be left out (section 13.1.2.4).
OPTIONAL_END = set(
    "html head body p li dt dd option optgroup rp rt caption colgroup thead tbody tfoot tr td th".split()  # noqa: SIM905
)


class Document(HTMLParser):
    """An HTML text as a client reads it: `elements` in order, `text`, `title`, and what is `misplaced`."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.doctype = ""
        self.elements: list[str] = []
        self.text = ""
        self.title = ""
        self.misplaced: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        self.misplaced += [f"<{name}> is never closed" for name in self._open if name not in OPTIONAL_END]

    def handle_decl(self, decl: str) -> None:
        self.doctype = self.doctype or decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<path/>` closes itself in SVG and MathML only; in HTML the slash means nothing."""
        self.handle_starttag(tag, attrs)
        if {"svg", "math"} & set(self._open) and tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open[-1] != tag and self._open[-1] in OPTIONAL_END:
            self._open.pop()
        if self._open and self._open[-1] == tag:
            self._open.pop()
            return
        opened = f"<{self._open[-1]}>, which is still open" if self._open else "nothing: no element is open"
        self.misplaced.append(f"</{tag}> in line {self.getpos()[0]} would close {opened}")

    def handle_data(self, data: str) -> None:
        self.text += data
        if "title" in self._open:
            self.title += data


@dataclass(frozen=True)
class StoredPage:
    """A page that the server keeps for this check alone."""

    path: str
    content: str


@pytest.fixture
def page(api, draw) -> StoredPage:
    """A fresh page of 26 characters."""
    stored = StoredPage(f"/pages/{draw.word(5)}", draw.text(26))
    api.put(stored.path, content=stored.content, headers={"Content-Type": "text/plain"}).expect(OK)
    return stored


@pytest.fixture(scope="session")
def read_html():
    """Reads the body of a reply as an HTML document."""
    return lambda reply: Document(reply.text)
