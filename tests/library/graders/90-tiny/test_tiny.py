"""The checks of 90-tiny."""

from kata.grader import INVALID, needs, require


def test_greets(api, environment):
    reply = api.get("/").expect(200)
    require(reply.text.strip() == environment["GREETING"], "the greeting differs", actual=reply.text)


def test_keeps_number(api, draw):
    number = draw.integer(1000, 9999)
    api.put("/number", json=number).expect(204)
    require(api.get("/number").expect(200).json == number, "another number came back", reply=None)


@needs("keeps-number")
def test_refuses_words(api, draw):
    api.put("/number", json=draw.word()).expect(INVALID)
