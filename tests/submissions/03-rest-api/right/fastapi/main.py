"""A shelf of books over HTTP."""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response

import problems
import shapes
from shapes import Book, Draft, Page

JSON_TYPES = ("application/json", "application/merge-patch+json")


def json_only(request: Request) -> None:
    """Whoever sends a body says that it is JSON."""
    media_type = request.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if request.method in ("POST", "PUT", "PATCH") and media_type not in JSON_TYPES:
        raise HTTPException(415, "send application/json")


app = FastAPI(title="Books", dependencies=[Depends(json_only)])
problems.install(app)

shelf: dict[str, Book] = {}


def found(id: str) -> Book:
    if id not in shelf:
        raise HTTPException(404, "there is no such book")
    return shelf[id]


Found = Annotated[Book, Depends(found)]


def put_on_shelf(id: str, draft: Draft) -> Book:
    shelf[id] = Book(id=id, **draft.model_dump())
    return shelf[id]


@app.get("/books")
def list_books(query: Annotated[shapes.Query, Query()], request: Request, response: Response) -> Page:
    books = query.ordered([book for book in shelf.values() if query.fits(book)])
    following = query.offset + query.limit
    if following < len(books):
        response.headers["Link"] = f'<{request.url.include_query_params(offset=following)}>; rel="next"'
    return Page(items=query.page(books), total=len(books))


@app.post("/books", status_code=201)
def create_book(draft: Draft, response: Response) -> Book:
    book = put_on_shelf(str(uuid4()), draft)
    response.headers["Location"] = f"/books/{book.id}"
    return book


@app.get("/books/{id}")
def read_book(book: Found) -> Book:
    return book


@app.put("/books/{id}")
def replace_book(book: Found, draft: Draft) -> Book:
    return put_on_shelf(book.id, draft)


@app.patch("/books/{id}")
def change_book(book: Found, change: dict[str, Any]) -> Book:
    return put_on_shelf(book.id, Draft.model_validate(shapes.merged(book, change)))


@app.delete("/books/{id}", status_code=204)
def delete_book(book: Found) -> None:
    del shelf[book.id]
