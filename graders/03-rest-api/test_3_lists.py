"""The list: filters, totals, order and pages. A list is judged by the checks' own books only."""

import pytest

from kata.grader import INVALID, needs, require

LIST = "list-has-items-and-total"
AUTHOR = "author-filter-selects"


@pytest.fixture
def only(books):
    """Fails unless `query` finds exactly these of the checks' own books, in any order."""

    def only(expected, **query):
        found, wanted = sorted(books.ids(books.select(**query))), sorted(books.ids(expected))
        require(found == wanted, f"GET /books with {query} has other books", expected=wanted, actual=found)

    return only


@needs("create-answers-the-book")
def test_list_has_items_and_total(api, novel):
    reply = api.get("/books").expect(200)
    items, total = reply.field("items", list), reply.field("total", int)
    require(items, "there is a book, but items is empty", reply=reply)
    require(total >= len(items), "total counts fewer books than there are items", actual=total, reply=reply)
    for index in range(len(items)):
        reply.field(f"items[{index}].id", (str, int))
        reply.field(f"items[{index}].title", str)


@needs(LIST)
def test_author_filter_selects(books, draw, only):
    author = draw.name()
    mine = [books.create(author=author), books.create(author=author)]
    books.create(author=author + "a")
    books.create(author=author.upper())
    only(mine, author=author)


@needs(LIST)
def test_tag_filter_selects(books, draw, only):
    author, tag = draw.name(), draw.word()
    both = books.create(author=author, tags=[draw.word(), tag])
    other = books.create(tags=[tag])
    books.create(author=author, tags=[tag + "s"])
    books.create(author=author, tags=[tag.upper()])
    only([both, other], tag=tag)
    only([both], tag=tag, author=author)


@needs(LIST)
def test_year_filter_selects(books, row):
    first, last = row[0]["year"] + 4, row[0]["year"] + 9
    found = books.select(year_from=first, year_to=last, limit=100)
    outside = [book for book in found if book.get("year") not in range(first, last + 1)]
    require(not outside, f"with year_from={first} and year_to={last} came a book of another year", actual=outside)
    wanted = {str(book["id"]) for book in row if first <= book["year"] <= last}
    missing = wanted - set(books.ids(found))
    require(not missing, f"of the {len(wanted)} books from {first} to {last}, {len(missing)} are missing")


@needs(AUTHOR)
def test_page_holds_twenty_and_total_counts_all(api, row):
    for query, size in (({}, 20), ({"limit": 5}, 5)):
        reply = api.get("/books", params={"author": row[0]["author"], **query}).expect(200)
        items = reply.field("items", list)
        require(len(items) == size, "the page has another size", expected=size, actual=len(items), reply=reply)
        total = reply.field("total", int)
        require(total == 23, "total must count every page", expected=23, actual=total, reply=reply)


@needs(AUTHOR)
def test_pages_show_every_book_once(books, row):
    seen = []
    for offset, size in ((0, 7), (7, 7), (14, 7), (21, 2)):
        page = books.select(author=row[0]["author"], limit=7, offset=offset)
        require(len(page) == size, f"the page at offset {offset} has another size", expected=size, actual=len(page))
        seen += books.ids(page)
    twice = {id for id in seen if seen.count(id) > 1}
    require(not twice, "books stand on two pages", actual=sorted(twice))
    require(set(seen) == set(books.ids(row)), "other books than those of the author came")


@needs(AUTHOR)
def test_sort_orders_before_pages_are_cut(books, row):
    for name in ("title", "year"):
        rising = sorted(book[name] for book in row)
        for sort, expected in ((name, rising), ("-" + name, rising[::-1])):
            page = books.select(author=row[0]["author"], sort=sort, limit=8, offset=3)
            found = [book.get(name) for book in page]
            require(found == expected[3:11], f"sort={sort} has another order", expected=expected[3:11], actual=found)


@needs(AUTHOR)
def test_empty_page_is_no_error(api, draw, novel):
    for query in ({"author": draw.name()}, {"author": novel["author"], "offset": 50}):
        reply = api.get("/books", params=query).expect(200)
        require(reply.field("items", list) == [], "items must be empty", actual=reply.json, reply=reply)


@needs(LIST)
def test_bad_parameter_is_refused(api, draw):
    right = {"limit": 100, "offset": 0, "year_from": 1, "sort": "-year"}
    api.get("/books", params=right).expect(200)
    api.get("/books", params={**right, "limit": 1}).expect(200)
    wrong = [{"limit": 0}, {"limit": 101}, {"limit": -1}, {"limit": "ten"}, {"offset": -1}, {"year_from": "ten"}]
    for change in (*wrong, {"sort": draw.word()}):
        api.get("/books", params={**right, **change}).expect(INVALID)


@needs("pages-show-every-book-once", "sort-orders-before-pages-are-cut")
def test_link_leads_to_the_next_page(api, books, row):
    reply = api.get("/books", params={"author": row[0]["author"], "sort": "year", "limit": 9})
    seen = books.years(reply)
    for _ in range(2):
        following = books.next_page(reply)
        require(following, 'a page that is not the last has no Link with rel="next"', reply=reply)
        reply = api.get(following).expect(200)
        seen += books.years(reply)
    expected = sorted(book["year"] for book in row)
    require(seen == expected, "the links do not lead through all the books in order", expected=expected, actual=seen)
    require(books.next_page(reply) is None, "the last page has a link to a next one", reply=reply)
