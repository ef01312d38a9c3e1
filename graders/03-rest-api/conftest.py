"""Books that nobody can guess: how the checks make them, find them and compare them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest

from kata.grader import OK, Api, Draw, Failure, Reply, require, same_json

Book = dict[str, Any]


class Books:
    """The collection, as the checks use it."""

    def __init__(self, api: Api, draw: Draw) -> None:
        self._api = api
        self._draw = draw

    def draft(self, **given: Any) -> Book:
        """A whole book without an id; members can be given, and `...` leaves one out."""
        draw = self._draw
        book = {
            "title": draw.text(24),
            "author": draw.name(),
            "year": draw.integer(1500, 1999),
            "tags": [draw.word(), draw.word()],
            "summary": draw.text(60),
        }
        return {name: value for name, value in {**book, **given}.items() if value is not ...}

    def create(self, **given: Any) -> Book:
        """A new book on the server: what was sent, and the id that it got."""
        draft = self.draft(**given)
        reply = self._api.post("/books", json=draft).expect(OK)
        return {**draft, "id": reply.field("id", (str, int))}

    def read(self, book: Mapping[str, Any]) -> Reply:
        """The reply that shows the book as it is now."""
        return self._api.get(self.path(book)).expect(200)

    def path(self, book: Mapping[str, Any]) -> str:
        return f"/books/{quote(str(book['id']), safe='')}"

    def select(self, **query: Any) -> list[Book]:
        """The items of the page that `query` asks for."""
        items: list[Book] = self._api.get("/books", params=query).expect(200).field("items", list)
        for item in items:
            require(isinstance(item, dict), "every one of the items must be a book", actual=item)
        return items

    def where(self, reply: Reply, reference: str) -> str:
        """The path, below the base path, that a URL in `reply` leads to (RFC 3986 section 5)."""
        try:
            url = urlsplit(urljoin(reply.exchange.url, reference))
        except ValueError as error:
            raise Failure(f"{reply.about}: the URL that came is none that can be read") from error
        base = self._api.base_path
        path = url.path[len(base) :] if base and url.path.startswith(base + "/") else url.path
        return f"{path}?{url.query}" if url.query else path

    def next_page(self, reply: Reply) -> str | None:
        """Where the link with rel="next" leads (RFC 8288), or None."""
        for value in reply.headers.all("Link"):
            for target, parameters in re.findall(r'<([^>]*)>((?:\s*;(?:[^,"<]|"[^"]*")*)*)', value):
                relation = re.search(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', parameters, re.IGNORECASE)
                if relation and "next" in (relation[1] or relation[2] or "").lower().split():
                    return self.where(reply, target)
        return None

    @staticmethod
    def same(reply: Reply, expected: Mapping[str, Any]) -> None:
        """Fail unless the reply is a book with all members of `expected`. A summary is null or left out: all one."""
        book = reply.json
        require(isinstance(book, dict), "a book must be a JSON object", actual=book, reply=reply)
        try:
            same_json({"summary": None, **book}, {"summary": None, **expected})
        except Failure as failure:
            raise Failure(f"{reply.about}: {failure.message}") from failure

    def of(self, author: str) -> list[str]:
        """The ids of the author's books in the list; the rest is no business of who asks."""
        found = self.select(author=author, limit=100)
        return self.ids([book for book in found if book.get("author") == author])

    @staticmethod
    def years(reply: Reply) -> list[int]:
        """The years of the page's books, as they stand."""
        items = reply.expect(200).field("items", list)
        return [reply.field(f"items[{index}].year", int) for index in range(len(items))]

    @staticmethod
    def ids(books: list[Book]) -> list[str]:
        return [str(book.get("id")) for book in books]


@pytest.fixture(scope="session")
def books(api: Api, draw: Draw) -> Books:
    return Books(api, draw)


@pytest.fixture(scope="session")
def novel(books: Books) -> Book:
    """A book that no check changes."""
    return books.create()


@pytest.fixture(scope="session")
def row(books: Books, draw: Draw) -> list[Book]:
    """Twenty-three books by one author, each with a year of its own that no other book of the run has, in no order."""
    author, first = draw.name(), draw.integer(2000, 2070)
    years = [first + (index * 7) % 23 for index in range(23)]
    return [books.create(title=draw.word(4), author=author, year=year) for year in years]
