"""Pages that the server keeps: stored, deleted, asked for again, asked for in part."""

import re

from kata.grader import OK, needs, require


def holds(reply, content):
    """Fail unless the body is exactly `content`."""
    require(reply.text == content, "wrong body", expected=content, actual=reply.text, reply=reply)


def test_page_is_stored(api, draw):
    path, content = f"/pages/{draw.word(5)}", draw.text(40)
    api.put(path, content=content, headers={"Content-Type": "text/csv"}).expect(OK)
    holds(api.get(path).expect(200), content)


@needs("page-is-stored")
def test_put_tells_new_from_replaced(api, draw):
    path, csv, second = f"/pages/{draw.word(5)}", {"Content-Type": "text/csv"}, draw.text(30)
    api.put(path, content=draw.text(20), headers=csv).expect(201)
    api.put(path, content=second, headers=csv).expect({200, 204})
    holds(api.get(path).expect(200), second)


@needs("page-is-stored")
def test_page_keeps_its_type(api, draw):
    path, sent = f"/pages/{draw.word(5)}", draw.choice(["text/csv", "image/png", "application/xml"])
    api.put(path, content=draw.text(20), headers={"Content-Type": sent}).expect(OK)
    reply = api.get(path).expect(200)
    require(reply.media_type == sent, "wrong Content-Type", expected=sent, actual=reply.media_type, reply=reply)


@needs("page-is-stored")
def test_page_is_deleted(api, page):
    api.delete(page.path).expect(204).expect_no_body()
    api.get(page.path).expect(404)


@needs("page-is-stored")
def test_etag_follows_the_content(api, draw, page):
    first, again = etag(api.get(page.path)), etag(api.get(page.path))
    require(again == first, "the ETag changed although the page did not", expected=first, actual=again)
    api.put(page.path, content=draw.text(26), headers={"Content-Type": "text/plain"}).expect(OK)
    changed = etag(api.get(page.path))
    require(changed != first, f"the page has changed, but its ETag is still {first}")


def etag(reply):
    """The ETag of a page, without the mark of a weak one; fails unless it is a quoted string."""
    tag = reply.expect(200).header("ETag").strip()
    quoted = re.fullmatch(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")', tag)
    require(quoted, "an ETag stands in double quotes", expected='"..."', actual=tag, reply=reply)
    return quoted[1]


@needs("page-is-stored")
def test_matching_etag_is_304(api, draw, page):
    tag = api.get(page.path).header("ETag")
    other = api.get(page.path, headers={"If-None-Match": f'"{draw.word()}"'})
    holds(other.expect(200), page.content)
    known = api.get(page.path, headers={"If-None-Match": tag}).expect(304).expect_no_body()
    same = known.header("ETag").removeprefix("W/") == tag.removeprefix("W/")
    require(same, "the 304 has another ETag than the page", expected=tag, actual=known.header("ETag"), reply=known)
    api.get(page.path, headers={"If-None-Match": f'"{draw.word()}", {tag}'}).expect(304)


# -- bonus: parts of a page -------------------------------------------------------------------------------------------


@needs("page-is-stored")
def test_range_is_206(api, page):
    for asked, first, last in (("2-5", 2, 5), ("20-", 20, 25), ("-4", 22, 25)):
        reply = api.get(page.path, headers={"Range": f"bytes={asked}"}).expect(206)
        holds(reply, page.content[first : last + 1])
        expected, actual = f"bytes {first}-{last}/26", reply.header("Content-Range")
        require(actual == expected, "wrong Content-Range", expected=expected, actual=actual, reply=reply)


@needs("page-is-stored")
def test_range_behind_the_end_is_416(api, page):
    reply = api.get(page.path, headers={"Range": "bytes=26-"}).expect(416)
    actual = reply.header("Content-Range")
    require(actual == "bytes */26", "wrong Content-Range", expected="bytes */26", actual=actual, reply=reply)
