"""What a client sends: query parameters, bytes to echo, texts to measure."""

import json

from kata.grader import INVALID, require, same_json

JSON = {"Content-Type": "application/json"}


def test_query_keeps_every_value(api, draw):
    tag, other, red, blue, green = (draw.word() for _ in range(5))
    reply = api.get("/query", params=[(tag, red), (other, green), (tag, blue)]).expect(200)
    same_json(reply.field("parameters", dict), {tag: [red, blue], other: [green]}, "parameters")
    empty = api.get("/query", params=[(tag, red), (tag, "")]).expect(200)
    same_json(empty.field("parameters", dict), {tag: [red, ""]}, "parameters")


def test_query_is_decoded(api, draw):
    key, left, right = draw.word(), draw.word(), draw.word()
    value = api.get(f"/query?{key}={left}+{right}%20%2B%C3%AB").expect(200).field(f"parameters.{key}", (list, str))
    same_json([value] if isinstance(value, str) else value, [f"{left} {right} +ë"], f"parameters.{key}")


# -- echo -------------------------------------------------------------------------------------------------------------


def echoes(api, content, media_type):
    """The reply of /echo to these bytes; fails unless it has the same bytes."""
    reply = api.post("/echo", content=content, headers={"Content-Type": media_type}).expect(200)
    sent, came = len(content), len(reply.body)
    require(came == sent, "wrong number of bytes", expected=sent, actual=came, reply=reply)
    differs = next((at for at, pair in enumerate(zip(reply.body, content, strict=True)) if pair[0] != pair[1]), None)
    require(differs is None, f"the bytes differ from byte {differs} on", reply=reply)
    return reply


def test_echo_returns_the_bytes(api, draw):
    start = draw.integer(0, 255)
    every_byte = bytes((start + step) % 256 for step in range(256))
    echoes(api, every_byte, "application/octet-stream")


def test_echo_keeps_the_type(api, draw):
    sent = draw.choice(["image/png", "text/csv", "application/xml"])
    reply = echoes(api, draw.word().encode(), sent)
    require(reply.media_type == sent, "wrong Content-Type", expected=sent, actual=reply.media_type, reply=reply)


def test_large_body_is_accepted(api, draw):
    echoes(api, draw.word().encode(), "text/csv")
    echoes(api, draw.secret(1024).encode() * 512, "text/csv")


# -- measure ----------------------------------------------------------------------------------------------------------


def test_measure_counts_characters_and_bytes(api, draw):
    word = draw.word()
    reply = api.post("/measure", json={"text": f"{word}ë🙂"}).expect(200)
    same_json(reply.json, {"characters": len(word) + 2, "bytes": len(word) + 6})


def test_other_media_types_are_415(api, draw):
    content = json.dumps({"text": draw.word()})
    api.post("/measure", content=content, headers={"Content-Type": "Application/JSON; charset=utf-8"}).expect(200)
    other = draw.choice(["text/plain", "application/xml", "application/x-www-form-urlencoded"])
    api.post("/measure", content=content, headers={"Content-Type": other}).expect(415)


def test_malformed_json_is_refused(api, draw):
    whole = json.dumps({"text": draw.word()})
    api.post("/measure", content=whole, headers=JSON).expect(200)
    for broken in (whole[:-1], draw.word(), ""):
        api.post("/measure", content=broken, headers=JSON).expect(INVALID)


def test_wrong_shape_is_refused(api, draw):
    api.post("/measure", json={"text": draw.word()}).expect(200)
    for body in ([draw.word()], {"title": draw.word()}, {"text": draw.integer(1, 9)}):
        api.post("/measure", json=body).expect(INVALID)
