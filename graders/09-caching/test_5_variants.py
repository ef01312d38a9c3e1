"""One address, several answers; and what clients may keep."""

from __future__ import annotations

import re

from kata.grader import needs, require, same_json


@needs("reads-reach-origin-once")
def test_languages_are_kept_apart(api, origin, article):
    path, bodies = article
    for language in ("de", "en", "de", "en"):
        reply = api.get(path, headers={"Accept-Language": language}).expect(200)
        require(
            reply.json == bodies[language], f"not the {language} text", expected=bodies[language], actual=reply.json
        )
    same_json(api.get(path).expect(200).json, bodies["en"])
    same_json(api.get(path, headers={"Accept-Language": "en, de;q=0.5"}).expect(200).json, bodies["en"])
    # German, English, English rather than German, and English for somebody who did not ask for a language
    origin.expect_reads(path, most=4)


@needs("product-is-passed-on")
def test_vary_names_what_matters(api, new_product, article):
    for path, name in ((article[0], "accept-language"), (new_product().path, "authorization")):
        for _ in range(2):
            reply = api.get(path).expect(200)
            told = reply.header("Vary")
            require(name in reply.headers.tokens("Vary"), f"Vary lacks {name}", actual=told, reply=reply)


@needs("languages-are-kept-apart")
def test_one_language_is_one_entry(api, origin, article):
    path, bodies = article
    for words in ("de", "de-AT", "de, en;q=0.5"):
        same_json(api.get(path, headers={"Accept-Language": words}).expect(200).json, bodies["de"])
    origin.expect_reads(path, most=1)


@needs("product-is-passed-on")
def test_unchanged_product_is_304(api, new_product, draw):
    product = new_product()
    etag = api.get(product.path).expect(200).header("ETag")
    reply = api.get(product.path, headers={"If-None-Match": etag}).expect(304)
    require(reply.header("ETag") == etag, "another ETag", expected=etag, actual=reply.header("ETag"), reply=reply)
    require(not reply.body, f"a 304 has no body, but {len(reply.body)} bytes came", reply=reply)
    api.get(product.path, headers={"If-None-Match": f'"{draw.word()}", {etag}'}).expect(304)


@needs("unchanged-product-is-304", "write-shows-at-once")
def test_etag_follows_the_data(api, new_product, draw):
    product = new_product()
    old = api.get(product.path).expect(200).header("ETag")
    changed = product.but(name=draw.name())
    api.put(product.path, json=changed).expect(200)
    reply = api.get(product.path, headers={"If-None-Match": old}).expect(200)
    same_json(reply.json, changed)
    require(reply.header("ETag") != old, "the product is new, its ETag is not", actual=old, reply=reply)


@needs("product-is-passed-on")
def test_max_age_is_told(api, new_product, ttl):
    product = new_product()
    for _ in range(2):
        reply = api.get(product.path).expect(200)
        reply.header("Cache-Control")
        told = ", ".join(reply.headers.all("Cache-Control"))  # several lines are one list (RFC 9110 section 5.3)
        age = re.search(r"\bmax-age=\"?(\d+)", told, re.IGNORECASE)
        require(age, "Cache-Control names no max-age", actual=told, reply=reply)
        require(1 <= int(age[1]) <= ttl, f"max-age must be from 1 to {ttl:g}", actual=told, reply=reply)
