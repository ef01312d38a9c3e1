"""Media types, methods, errors, and an API that describes itself."""

import json
import re

import pytest

from kata.grader import INVALID, OK, REFUSED, needs, require

READ = "read-answers-the-book"
JSON = {"application/json"}
JSON_ERROR = {"application/json", "application/problem+json"}
AS_JSON = {"Content-Type": "application/json"}
AS_TEXT = {"Content-Type": "text/plain"}
COLLECTION = {"get", "post"}
BOOK = {"get", "put", "patch", "delete"}


def typed(reply, media_types):
    expected = " or ".join(sorted(media_types))
    require(reply.media_type in media_types, f"Content-Type must be {expected}", actual=reply.media_type, reply=reply)
    return reply


@pytest.fixture(scope="session")
def errors(api, books, novel, draw):
    """One reply for each way of being refused."""
    path = books.path(novel)
    return {
        "an unknown book": api.get(f"/books/{draw.word()}"),
        "a missing member": api.post("/books", json={}),
        "a body that is not JSON": api.post("/books", content='{"title": ', headers=AS_JSON),
        "a wrong method": api.post(path, json=books.draft()),
        "a wrong media type": api.post("/books", content=json.dumps(books.draft()), headers=AS_TEXT),
        "an unknown route": api.get(f"/{draw.word()}"),
    }


@needs("put-answers-the-book", "patch-answers-the-book", "list-has-items-and-total")
def test_replies_are_application_json(api, books):
    created = typed(api.post("/books", json=books.draft()).expect(OK), JSON)
    path = books.path({"id": created.field("id", (str, int))})
    typed(api.get(path).expect(200), JSON)
    typed(api.get("/books").expect(200), JSON)
    typed(api.put(path, json=books.draft()).expect(200), JSON)
    typed(api.patch(path, json=books.draft()).expect(200), JSON)


@needs("create-answers-the-book")
def test_errors_are_json_objects(errors):
    for reply in errors.values():
        if reply.status in REFUSED:
            typed(reply, JSON_ERROR)
            require(isinstance(reply.json, dict), "an error must be a JSON object", actual=reply.json, reply=reply)
    errors["an unknown route"].expect(404)


@needs(READ)
def test_wrong_method_answers_405_and_allow(api, books, novel):
    for method, path in (("PUT", "/books"), ("POST", books.path(novel))):
        reply = api.request(method, path, json=books.draft()).expect(405)
        reply.header("Allow")
        allowed = reply.headers.tokens("Allow")
        require(allowed, "Allow names no method at all", reply=reply)
        require(method.lower() not in allowed, f"Allow names {method}, which was refused", reply=reply)


@needs("put-changes-the-book", "patch-changes-what-it-names")
def test_plain_text_is_refused(api, books):
    path = books.path(books.create())
    for method, target in (("POST", "/books"), ("PUT", path), ("PATCH", path)):
        draft = json.dumps(books.draft())
        api.request(method, target, content=draft, headers=AS_JSON).expect(OK)
        api.request(method, target, content=draft, headers=AS_TEXT).expect(415)


@needs("patch-changes-what-it-names")
def test_body_must_be_a_json_object(api, books):
    draft = json.dumps(books.draft())
    path = books.path(books.create())
    api.post("/books", content=draft, headers=AS_JSON).expect(OK)
    api.post("/books", content="", headers=AS_JSON).expect(INVALID)
    for wrong in (draft[:-1], draft + "}", f"[{draft}]", "null", '"book"'):
        api.post("/books", content=wrong, headers=AS_JSON).expect(INVALID)
        api.patch(path, content=wrong, headers=AS_JSON).expect(INVALID)


@needs("wrong-method-answers-405-and-allow")
def test_allow_is_complete(api, books, novel):
    for method, path, served in (("PUT", "/books", COLLECTION), ("POST", books.path(novel), BOOK)):
        reply = api.request(method, path, json=books.draft()).expect(405)
        missing = sorted(served - reply.headers.tokens("Allow"))
        require(not missing, "Allow leaves out methods", expected=sorted(served), actual=reply.header("Allow"))


@needs("errors-are-json-objects")
def test_errors_are_problem_details(errors):
    for what in ("an unknown book", "a missing member", "a body that is not JSON", "a wrong method"):
        reply = typed(errors[what].expect(REFUSED), {"application/problem+json"})
        reply.field("title", str)
        status = reply.field("status", int)
        require(status == reply.status, "status must be the reply's", expected=reply.status, actual=status, reply=reply)


def test_api_describes_itself(api):
    reply = api.get("/openapi.json").expect(200)
    require(reply.field("openapi", str).startswith("3."), "openapi must be a 3 version", actual=reply.json["openapi"])
    paths = reply.field("paths", dict)
    for route, pattern, methods in (
        ("/books", r".*/books/?", COLLECTION),
        ("/books/{id}", r".*/books/\{[^/]+\}/?", BOOK),
    ):
        described = [item for path, item in paths.items() if re.fullmatch(pattern, path) and isinstance(item, dict)]
        require(described, f"paths has no {route}", actual=sorted(paths), reply=reply)
        missing = sorted(methods - set(described[0]))
        require(not missing, f"{route} is described without {', '.join(missing)}", reply=reply)
