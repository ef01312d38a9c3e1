"""A shelf of books: where to begin. The statement: STATEMENT.md here, or `kata show 03-rest-api`."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI(title="Books")

# The collection. TODO: what finds a book by its id fastest, and which ids do you give?
shelf: dict[str, dict] = {}


class Draft(BaseModel):
    """A book as a client describes it, without an id."""

    # TODO: the other members, and the rules of each (pydantic.Field). Does "1969" count as a year here?
    title: str


@app.get("/books")
def list_books() -> dict:
    # TODO: filter, count, sort, cut. FastAPI hands you the query string as parameters of this function.
    return {"items": list(shelf.values()), "total": len(shelf)}


# TODO 1: POST /books. Give the book an id, store it, answer 201 with a Location header.
# TODO 2: GET /books/{id}, and 404 for an id that no book has.
# TODO 3: DELETE and PUT, which begin by finding the book, just like GET.
# TODO 4: PATCH. Put the change on top of the old book, then check the outcome by the same rules.
# TODO 5: errors (app.exception_handler), and 415 for bodies that do not say they are JSON.
