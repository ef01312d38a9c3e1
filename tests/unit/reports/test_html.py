"""The page: self-contained, with its style allowed by digest, in order for a screen reader."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from kata.reports.html import render
from kata.results import Report


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def pages(every_report: tuple[Report, ...]) -> list[Page]:
    return [Page(render(report)) for report in every_report]


def test_the_page_loads_nothing(pages: list[Page]) -> None:
    """No script, no picture, no frame, no style from elsewhere; links only where a check says what to read."""
    for page in pages:
        names = {name for name, _ in page.elements}
        assert not names & {"script", "img", "iframe", "object", "link", "form", "input", "base"}
        assert not any(name.startswith("on") or name in ("src", "style") for _, all in page.elements for name in all)
        assert all(link["href"].startswith(("#", "https://")) for link in page.all("a"))


def test_the_policy_allows_exactly_the_style_sheet(failing: Report) -> None:
    """Anything else that a browser would obey is refused by it."""
    text = render(failing)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    (told,) = [m["content"] for m in Page(text).all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert told == policy


def test_headings_and_references_are_in_order(pages: list[Page]) -> None:
    """One h1, no level left out, and every reference inside the page leads somewhere."""
    for page in pages:
        levels = [int(name[1]) for name, _ in page.elements if re.fullmatch("h[1-6]", name)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        links = {link["href"][1:] for link in page.all("a") if link["href"].startswith("#")}
        labels = {attributes["aria-labelledby"] for _, attributes in page.elements if "aria-labelledby" in attributes}
        assert links | labels <= set(ids)


def test_the_page_says_what_language_and_landmarks_it_has(failing: Report) -> None:
    """A screen reader needs them to read aloud and to skip."""
    page = Page(render(failing))
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("main")) == len(page.all("header")) == 1
    assert [cell["scope"] for cell in page.all("th")][:3] == ["col", "col", "col"]
    assert page.elements[page.elements.index(("body", {})) + 1][1]["class"] == "skip"


def test_the_page_tells_a_failure_whole(failing: Report) -> None:
    """Also what a terminal has no room for: every header and every exchange."""
    text = Page(render(failing)).text
    check = failing.checks[2]
    for words in (check.title, check.hint, check.see, "date: Mon", "201 Created", *check.app_log):
        assert words in text
    for exchange in check.exchanges:
        assert exchange.as_curl() in text or exchange.reply_body in text


def test_backticks_in_prose_are_code(failing: Report) -> None:
    """An odd number of them is left alone."""
    assert "<code>WWW-Authenticate</code>" in render(failing)
