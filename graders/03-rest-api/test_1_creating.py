"""Creating books, reading them back, and whose business an id is."""

from kata.grader import OK, needs, require


def test_create_answers_the_book(api, books):
    draft = books.draft()
    reply = api.post("/books", json=draft).expect(OK)
    reply.field("id", (str, int))
    books.same(reply, draft)


@needs("read-answers-the-book")
def test_created_is_201_with_location(api, books):
    draft = books.draft()
    reply = api.post("/books", json=draft).expect(201)
    found = api.get(books.where(reply, reply.header("Location"))).expect(200)
    books.same(found, {**draft, "id": reply.field("id", (str, int))})


@needs("create-answers-the-book")
def test_left_out_members_get_defaults(api, books):
    draft = books.draft(tags=..., summary=...)
    reply = api.post("/books", json=draft).expect(OK)
    books.same(reply, {**draft, "tags": [], "summary": None})


@needs("put-changes-the-book", "patch-changes-what-it-names")
def test_ids_are_the_servers_business(api, books, draw):
    book, chosen = books.create(), draw.word()
    reply = api.post("/books", json={**books.draft(), "id": chosen}).expect(OK | {400, 409, 422})
    taken = reply.status in OK and reply.field("id") == chosen
    require(not taken, "the id of the request became the book's", reply=reply)
    for method, body in (("PUT", books.draft()), ("PATCH", {"title": draw.text(20)})):
        reply = api.request(method, books.path(book), json={**body, "id": draw.word()}).expect(OK | {400, 409, 422})
        require(books.read(book).field("id") == book["id"], f"{method} changed the book's id", reply=reply)


@needs("deleted-book-is-not-found")
def test_ids_are_never_given_again(api, books):
    given = [books.create(), books.create(), books.create()]
    for leaving in (given[2], given[0]):
        api.delete(books.path(leaving)).expect(OK)
        new = books.create()
        require(new["id"] not in [old["id"] for old in given], "an id was given to two books", actual=new["id"])
    books.same(books.read(given[1]), given[1])


@needs("create-answers-the-book")
def test_read_answers_the_book(api, books):
    book, other = books.create(), books.create()
    for each in (book, other):
        books.same(api.get(books.path(each)).expect(200), each)


@needs("put-changes-the-book", "patch-changes-what-it-names", "deleted-book-is-not-found")
def test_unknown_book_is_not_found(api, books, draw):
    book = books.create()
    books.read(book)
    api.delete(books.path(book)).expect(OK)
    for path in (books.path(book), f"/books/{draw.word()}"):
        api.get(path).expect(404)
        api.put(path, json=books.draft()).expect(404)
        api.patch(path, json={"year": 1700}).expect(404)
        api.delete(path).expect(404)
