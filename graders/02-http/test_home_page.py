"""The home page, and what holds for every path: HEAD, 404, 405 and Allow."""

from kata.grader import needs, require


def test_home_page_is_html(api, read_html):
    reply = api.get("/").expect(200)
    kind, start = reply.media_type, reply.text.lstrip("\ufeff \t\r\n")[:15]
    require(kind == "text/html", "wrong Content-Type", expected="text/html", actual=kind, reply=reply)
    has_doctype = start.lower() == "<!doctype html>"
    require(has_doctype, "wrong beginning", expected="<!DOCTYPE html>", actual=start, reply=reply)
    title = read_html(reply).title.strip()
    require(title, "the document has no <title> with text in it", reply=reply)


@needs("home-page-is-html")
def test_home_page_is_well_formed(api, read_html):
    reply = api.get("/").expect(200)
    misplaced = read_html(reply).misplaced
    require(not misplaced, "; ".join(misplaced[:3]), reply=reply)


@needs("home-page-is-html")
def test_text_names_its_charset(api, draw):
    greeting = f"/hello/{draw.word()}"
    labelled_utf8(api.get("/"), "text/html")
    labelled_utf8(api.get(greeting), "text/plain")
    labelled_utf8(api.get(greeting, headers={"Accept": "text/html"}), "text/html")


def labelled_utf8(reply, media_type):
    """Fail unless the Content-Type is `media_type` with the charset UTF-8, in any notation."""
    reply.expect(200)
    actual = reply.header("Content-Type")
    parts = [part.strip().lower().replace('"', "") for part in actual.split(";")]
    fits = parts[0] == media_type and {"charset=utf-8", "charset=utf8"} & set(parts[1:])
    require(fits, "wrong Content-Type", expected=f"{media_type}; charset=utf-8", actual=actual, reply=reply)


def test_head_mirrors_get(api, draw):
    for path in ("/", f"/hello/{draw.word()}", f"/query?{draw.word()}=1"):
        full, head = api.get(path), api.head(path)
        head.expect(full.status).expect_no_body()
        same_header(head, full, "Content-Type")
        if "Content-Length" in full.headers and "Content-Length" in head.headers:
            same_header(head, full, "Content-Length")


def same_header(head, full, name):
    """Fail unless HEAD has the header as GET has it."""
    expected, actual = full.headers.get(name), head.headers.get(name)
    require(actual == expected, f"{name} differs from that of GET", expected=expected, actual=actual, reply=head)


def test_unknown_path_is_404(api, draw):
    api.get("/").expect(200)
    api.get("/" + draw.word(6)).expect(404)
    api.get(f"/hello/{draw.word()}/{draw.word()}").expect(404)  # a name is one segment


def test_wrong_method_is_405(api):
    api.get("/").expect(200)
    api.delete("/").expect(405)


@needs("wrong-method-is-405", "page-is-stored")
def test_allow_lists_the_methods(api, page):
    reply = api.post(page.path, content=b"x").expect(405)
    reply.header("Allow")
    allowed = reply.headers.tokens("Allow")
    missing = sorted({"get", "put", "delete"} - allowed)
    require(not missing, "Allow lacks a method", expected="GET, PUT, DELETE", actual=reply.header("Allow"), reply=reply)
    require("post" not in allowed, "Allow lists POST, which was just refused", reply=reply)
