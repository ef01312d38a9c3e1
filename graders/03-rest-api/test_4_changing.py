"""Replacing, changing and deleting."""

from kata.grader import OK, needs, require


@needs("read-answers-the-book")
def test_put_changes_the_book(api, books):
    book, draft = books.create(), books.draft()
    api.put(books.path(book), json=draft).expect(OK)
    books.same(books.read(book), {**draft, "id": book["id"]})


@needs("put-changes-the-book")
def test_put_answers_the_book(api, books):
    book, draft = books.create(), books.draft()
    reply = api.put(books.path(book), json=draft).expect(200)
    books.same(reply, {**draft, "id": book["id"]})


@needs("put-answers-the-book")
def test_put_replaces_the_whole_book(api, books):
    book = books.create()
    for draft in (books.draft(), books.draft(tags=..., summary=...)):
        expected = {"tags": [], "summary": None, **draft, "id": book["id"]}
        books.same(api.put(books.path(book), json=draft).expect(200), expected)
        books.same(books.read(book), expected)


@needs("put-answers-the-book", "list-has-items-and-total")
def test_put_is_idempotent(api, books):
    book, draft = books.create(), books.draft()
    for _ in range(3):
        api.put(books.path(book), json=draft).expect(200)
    books.same(books.read(book), {**draft, "id": book["id"]})
    found = books.of(draft["author"])
    require(len(found) < 2, "three times the same PUT left more than one book", expected=[book["id"]], actual=found)


@needs("read-answers-the-book")
def test_patch_changes_what_it_names(api, books, draw):
    book = books.create()
    for change in ({"title": draw.text(30)}, {"year": draw.integer(1500, 1999)}):
        book |= change
        api.patch(books.path(book), json=change).expect(OK)
        books.same(books.read(book), book)


@needs("patch-changes-what-it-names")
def test_patch_answers_the_book(api, books, draw):
    book, title = books.create(), draw.text(30)
    reply = api.patch(books.path(book), json={"title": title}).expect(200)
    books.same(reply, {**book, "title": title})


@needs("patch-changes-what-it-names")
def test_patch_takes_tags_as_the_whole_list(api, books, draw):
    book = books.create()
    for tags in ([draw.word()], [draw.word(), draw.word(), draw.word()]):
        book["tags"] = tags
        api.patch(books.path(book), json={"tags": tags}).expect(OK)
        books.same(books.read(book), book)


@needs("patch-changes-what-it-names")
def test_empty_patch_changes_nothing(api, books):
    book = books.create()
    api.patch(books.path(book), json={}).expect(OK)
    books.same(books.read(book), book)


@needs("patch-changes-what-it-names")
def test_null_in_a_patch_removes(api, books):
    book = books.create()
    for change, left in (({"summary": None}, {"summary": None}), ({"tags": None}, {"tags": []})):
        book |= left
        api.patch(books.path(book), json=change).expect(OK)
        books.same(books.read(book), book)


@needs("patch-changes-what-it-names")
def test_merge_patch_media_type_is_taken(api, books, draw):
    book, title = books.create(), draw.text(30)
    api.patch(books.path(book), json={"title": draw.text(20)}).expect(OK)
    merge_patch = {"Content-Type": "application/merge-patch+json"}
    api.patch(books.path(book), json={"title": title}, headers=merge_patch).expect(OK)
    books.same(books.read(book), {**book, "title": title})


@needs("read-answers-the-book")
def test_deleted_book_is_not_found(api, books):
    book = books.create()
    books.read(book)
    api.delete(books.path(book)).expect(OK)
    api.get(books.path(book)).expect(404)


@needs("deleted-book-is-not-found", "list-has-items-and-total")
def test_delete_removes_the_book(api, books):
    book = books.create()
    books.create(author=book["author"])
    reply = api.delete(books.path(book)).expect(204)
    require(not reply.body, "204 has no body", actual=reply.text, reply=reply)
    api.get(books.path(book)).expect(404)
    require(str(book["id"]) not in books.of(book["author"]), "the list still shows the deleted book", actual=book["id"])
