"""What a book is, and what may stand in the query string of the list."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Author = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
Tag = Annotated[str, Field(min_length=1, max_length=30)]
Summary = Annotated[str, Field(max_length=2000)]


class Draft(BaseModel):
    """A book as a client describes it, without an id. Strict: "1969" is not a year."""

    model_config = ConfigDict(strict=True)

    title: Title
    author: Author
    year: int = Field(ge=1, le=2100)
    tags: list[Tag] = Field(default=[], max_length=10)
    summary: Summary | None = None


class Book(Draft):
    id: str


class Page(BaseModel):
    items: list[Book]
    total: int


class Query(BaseModel):
    """Which books, in what order, and which page of them."""

    author: str | None = None
    tag: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    sort: Literal["title", "-title", "year", "-year"] | None = None
    limit: int = Field(default=20, ge=1, le=100)
    offset: int = Field(default=0, ge=0)

    def fits(self, book: Book) -> bool:
        return (
            (self.author is None or book.author == self.author)
            and (self.tag is None or self.tag in book.tags)
            and (self.year_from is None or book.year >= self.year_from)
            and (self.year_to is None or book.year <= self.year_to)
        )

    def ordered(self, books: list[Book]) -> list[Book]:
        if self.sort is None:
            return books
        return sorted(books, key=lambda book: getattr(book, self.sort.strip("-")), reverse=self.sort.startswith("-"))

    def page(self, books: list[Book]) -> list[Book]:
        return books[self.offset : self.offset + self.limit]


def merged(book: Book, change: dict[str, Any]) -> dict[str, Any]:
    """The book with a JSON merge patch on top (RFC 7396): null takes a member away."""
    data = book.model_dump() | change
    return {name: value for name, value in data.items() if value is not None}
