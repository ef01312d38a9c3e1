"""What is no book, and what happens to a request that says so."""

import pytest

from kata.grader import INVALID, OK, needs, require

CREATE = "create-answers-the-book"


@pytest.fixture
def refused(api, books):
    """Sends a right book first, then one with `wrong` members, which must be refused."""

    def refused(right=None, **wrong):
        draft = books.draft(**(right or {}))
        api.post("/books", json=draft).expect(OK)
        return api.post("/books", json={k: v for k, v in {**draft, **wrong}.items() if v is not ...}).expect(INVALID)

    return refused


@needs(CREATE)
def test_missing_member_is_refused(refused):
    for name in ("title", "author", "year"):
        refused(**{name: ...})


@needs(CREATE)
def test_wrong_type_is_refused(refused):
    for year in ("1969", 1969.5, True):
        refused(year=year)
    refused(title=7)
    for tags in ("winter", [7]):
        refused(tags=tags)


@needs(CREATE)
def test_blank_or_long_title_is_refused(refused, draw):
    cyrillic = "".join(draw.choice("абвгдежзиклмнопрстуфхцчшэюя") for _ in range(200))
    refused({"title": cyrillic}, title=cyrillic + "я")
    for blank in ("", "   "):
        refused(title=blank)


@needs(CREATE)
def test_year_out_of_range_is_refused(refused):
    refused({"year": 1}, year=0)
    refused({"year": 2100}, year=2101)


@needs(CREATE)
def test_bad_tags_are_refused(refused, draw):
    ten = [draw.text(30) for _ in range(10)]
    refused({"tags": ten}, tags=[*ten, draw.word()])
    refused({"tags": ten[:2]}, tags=[ten[0], ""])
    refused({"tags": ten[:2]}, tags=[ten[0], ten[1] + "s"])


@needs("missing-member-is-refused")
def test_error_names_the_member(refused):
    for name, wrong in (("author", ...), ("year", 4000)):
        reply = refused(**{name: wrong})
        require(name in reply.text, f"the body of the error does not name {name!r}", actual=reply.text, reply=reply)


@needs("put-changes-the-book", "patch-changes-what-it-names")
def test_put_and_patch_follow_the_rules(api, books, draw):
    path = books.path(books.create())
    api.put(path, json=books.draft()).expect(OK)
    api.put(path, json=books.draft(author=...)).expect(INVALID)
    api.patch(path, json={"year": 1800}).expect(OK)
    for wrong in ({"year": 4000}, {"title": ""}, {"author": None}):
        api.patch(path, json=wrong).expect(INVALID)


@needs("put-and-patch-follow-the-rules", "list-has-items-and-total")
def test_refused_request_changes_nothing(api, books, draw):
    book = books.create()
    api.post("/books", json=books.draft(author=book["author"], year=4000)).expect(INVALID)
    api.put(books.path(book), json=books.draft(year=4000)).expect(INVALID)
    api.patch(books.path(book), json={"title": draw.text(20), "year": 4000}).expect(INVALID)
    books.same(books.read(book), book)
    found = books.of(book["author"])
    require(len(found) < 2, "the refused POST left a book behind", expected=[book["id"]], actual=found)
