"""A shelf of books over HTTP."""

import itertools
import json
from urllib.parse import urlencode

from flask import Flask, abort, request, send_file, url_for
from werkzeug.exceptions import HTTPException

import listing
import rules

app = Flask(__name__)
shelf = {}
ids = itertools.count(1)


@app.get("/books")
def list_books():
    items, fitting = listing.select(list(shelf.values()), request.args)
    following = int(request.args.get("offset", 0)) + int(request.args.get("limit", 20))
    page = {"items": items, "total": len(fitting)}
    if following >= len(fitting):
        return page
    query = urlencode({**request.args, "offset": following})
    return page, {"Link": f'<{url_for("list_books")}?{query}>; rel="next"'}


@app.post("/books")
def create_book():
    draft = rules.book(request.get_json())
    book = put_on_shelf(next(ids), draft)
    return book, 201, {"Location": url_for("read_book", id=book["id"])}


@app.get("/books/<int:id>")
def read_book(id):
    return find(id)


@app.put("/books/<int:id>")
def replace_book(id):
    find(id)
    return put_on_shelf(id, rules.book(request.get_json()))


@app.patch("/books/<int:id>")
def change_book(id):
    book, change = find(id), request.get_json()
    return put_on_shelf(id, rules.book(merged(book, change)))


@app.delete("/books/<int:id>")
def delete_book(id):
    find(id)
    del shelf[id]
    return "", 204


@app.get("/openapi.json")
def describe():
    return send_file("openapi.json", mimetype="application/json")


def find(id):
    return shelf.get(id) or abort(404, "there is no such book")


def put_on_shelf(id, draft):
    shelf[id] = {"id": id, **draft}
    return shelf[id]


def merged(book, change):
    """The book with a JSON merge patch on top (RFC 7396): null takes a member away."""
    if not isinstance(change, dict):
        raise rules.Invalid({"body": "must be a JSON object"})
    return {name: value for name, value in (book | change).items() if value is not None}


@app.errorhandler(rules.Invalid)
def invalid(error):
    problem = {"title": "something is missing or wrong", "status": 422, "errors": error.errors}
    return problem, 422, {"Content-Type": "application/problem+json"}


@app.errorhandler(HTTPException)
def refused(error):
    """Every error of the framework as a problem detail (RFC 9457), with the headers that belong to it."""
    response = error.get_response()
    response.data = json.dumps({"title": error.name, "status": error.code, "detail": error.description})
    response.content_type = "application/problem+json"
    return response
