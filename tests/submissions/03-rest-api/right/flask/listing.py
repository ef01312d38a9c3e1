"""Filters, sorting and pages, out of the query string."""

from rules import Invalid

SORTS = ("title", "-title", "year", "-year")


def select(books, query):
    """The books of one page, and all that fit the filters."""
    year_from, year_to = whole(query, "year_from"), whole(query, "year_to")
    offset, limit = whole(query, "offset", 0, low=0), whole(query, "limit", 20, low=1, high=100)
    fitting = [
        book
        for book in books
        if query.get("author") in (None, book["author"])
        and ("tag" not in query or query["tag"] in book["tags"])
        and (year_from is None or book["year"] >= year_from)
        and (year_to is None or book["year"] <= year_to)
    ]
    return ordered(fitting, query.get("sort"))[offset : offset + limit], fitting


def ordered(books, sort):
    if sort is None:
        return books
    if sort not in SORTS:
        raise Invalid({"sort": f"must be one of {', '.join(SORTS)}"})
    return sorted(books, key=lambda book: book[sort.strip("-")], reverse=sort.startswith("-"))


def whole(query, name, default=None, low=None, high=None):
    """A whole number from the query string."""
    if name not in query:
        return default
    try:
        value = int(query[name])
    except ValueError:
        raise Invalid({name: "must be a whole number"}) from None
    if (low is not None and value < low) or (high is not None and value > high):
        raise Invalid({name: f"must be from {low} to {high}"})
    return value
