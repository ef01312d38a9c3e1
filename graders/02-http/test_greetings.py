"""Greetings: the path that names somebody, the forms that a client may choose, the old address."""

from urllib.parse import quote, unquote, urljoin, urlsplit

from kata.grader import OK, REFUSED, needs, require

REDIRECT = {301, 302, 303, 307, 308}


def greets(reply, name):
    """Fail unless the reply is the greeting of `name` in plain text."""
    expected, actual = f"Hello, {name}!", reply.expect(200).text.strip()
    require(actual == expected, "wrong greeting", expected=expected, actual=actual, reply=reply)


def test_hello_greets_in_text(api, draw):
    name = draw.word()
    greets(api.get(f"/hello/{name}"), name)


@needs("hello-greets-in-text")
def test_path_is_percent_decoded(api, draw):
    first, second, third = draw.word(), draw.word(), draw.word()
    greets(api.get(f"/hello/{first}%20{second}+{third}"), f"{first} {second}+{third}")
    greets(api.get(f"/hello/{first}%2520{second}"), f"{first}%20{second}")  # decoded once


@needs("hello-greets-in-text")
def test_path_is_utf_8(api, draw):
    name = f"{draw.word()}-Zoë-東京"
    greets(api.get("/hello/" + quote(name)), name)


def test_broken_bytes_are_no_crash(api, draw):
    json, text = {"Content-Type": "application/json"}, draw.word().encode()
    api.get("/hello/" + draw.word()).expect(200)
    api.get(f"/hello/{draw.word()}%FF").expect(OK | REFUSED)
    api.post("/measure", content=b'{"text": "%b"}' % text, headers=json).expect(200)
    api.post("/measure", content=b'{"text": "%b\xff"}' % text, headers=json).expect(OK | REFUSED)


# -- content negotiation ----------------------------------------------------------------------------------------------


def in_form(api, name, accept, media_type):
    """The greeting of `name` for that Accept header; fails unless it comes in `media_type`."""
    reply = api.get(f"/hello/{quote(name, safe='')}", headers={"Accept": accept}).expect(200)
    came = reply.media_type
    require(came == media_type, f"wrong form for Accept: {accept}", expected=media_type, actual=came, reply=reply)
    return reply


@needs("hello-greets-in-text")
def test_hello_speaks_json(api, draw):
    name = draw.word()
    greeting = in_form(api, name, "application/json", "application/json").field("greeting", str)
    require(greeting == f"Hello, {name}!", "wrong greeting", expected=f"Hello, {name}!", actual=greeting)


@needs("hello-greets-in-text")
def test_html_shows_the_name_as_text(api, draw, read_html):
    name = f"{draw.word()} <b>&amp;"
    reply = in_form(api, name, "text/html", "text/html")
    document = read_html(reply)
    require("b" not in document.elements, "the <b> in the name became an element", reply=reply)
    shown = " ".join(document.text.split())
    require(f"Hello, {name}!" in shown, "wrong text in the HTML", expected=f"Hello, {name}!", actual=shown, reply=reply)


@needs("hello-speaks-json")
def test_preferred_type_wins(api, draw):
    name = draw.word()
    in_form(api, name, "application/json;q=0.2, text/html;q=0.9", "text/html")
    in_form(api, name, "text/html;q=0.2, application/json;q=0.9", "application/json")


def test_unacceptable_is_406(api, draw):
    path, other = f"/hello/{draw.word()}", draw.choice(["image/png", "audio/ogg"])
    api.get(path, headers={"Accept": "text/plain"}).expect(200)
    api.get(path, headers={"Accept": other}).expect(406)


def test_negotiated_reply_varies(api, draw):
    for accept in ("*/*", "text/html"):
        reply = api.get(f"/hello/{draw.word()}", headers={"Accept": accept}).expect(200)
        came = reply.header("Vary")
        names_it = {"accept", "*"} & reply.headers.tokens("Vary")
        require(names_it, "wrong Vary", expected="Accept", actual=came, reply=reply)


# -- the old address --------------------------------------------------------------------------------------------------


def target(reply):
    """Path and query of the URL that Location leads to."""
    location = reply.header("Location")
    printable = location.isascii() and location.isprintable() and " " not in location
    require(printable, "Location holds characters that no URL may have", actual=location, reply=reply)
    try:
        return urlsplit(urljoin(reply.exchange.url, location))
    except ValueError:
        return require(False, "Location is no URL that can be read", actual=location, reply=reply)


def test_old_path_redirects(api, draw):
    name = draw.word()
    reply = api.get(f"/old/{name}").expect({301, 308})
    path = unquote(target(reply).path)
    require(path.endswith(f"/hello/{name}"), "wrong Location", expected=f"/hello/{name}", actual=path, reply=reply)


def test_location_is_percent_encoded(api, draw):
    name = f"{draw.word()} ë?"
    reply = api.get("/old/" + quote(name)).expect(REDIRECT)
    leads = unquote(target(reply).path).endswith(f"/hello/{name}")
    require(leads, "wrong Location", expected="/hello/" + quote(name), actual=reply.header("Location"), reply=reply)
