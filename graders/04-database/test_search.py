"""Finding products: what a client types is text, never SQL."""

from kata.grader import INVALID, REFUSED, needs, require


@needs("product-is-created")
def test_sql_in_a_request_is_only_text(api, shop, draw):
    word = draw.word()
    name = shop.product(name=f"{word}'s tea")["name"]
    for text, expected in [(f"{word}'s", [name]), (f"{word}' OR 1=1 -- ", [])]:
        names = shop.names(search=text)
        require(names == expected, f"the search for {text!r} finds other products", expected=expected, actual=names)

    api.get("/products/0' OR '1'='1").expect(REFUSED)
    orders = shop.orders_of(f"{word}' OR '1'='1")
    require(orders == [], "SQL in ?customer= finds orders", expected=[], actual=orders)


@needs("product-is-created")
def test_sort_is_a_known_word(api, shop, draw):
    word = draw.word()
    low, high = (shop.product(name=f"{word} {n}", price=n, stock=100 - n)["name"] for n in (10, 20))
    expected = {"price": [low, high], "-price": [high, low], "stock": [high, low], "-stock": [low, high]}
    for sort, names in expected.items():
        came = shop.names(search=word, sort=sort)
        require(came == names, f"sort={sort} lists in another order", expected=names, actual=came)
    for sort in ("nonsense", "price DESC", "(SELECT 1)"):
        api.get("/products", params={"search": word, "sort": sort}).expect(INVALID)


@needs("product-is-created")
def test_search_ignores_letter_case(shop, draw):
    word = draw.word()
    name = shop.product(name=f"Green {word.title()}")["name"]
    for text in (word.lower(), word.upper(), f"green {word.lower()}"):
        names = shop.names(search=text)
        require(names == [name], f"the search for {text!r} finds other products", expected=[name], actual=names)


@needs("product-is-created")
def test_limit_is_kept(api, shop, draw):
    word = draw.word()
    every = [shop.product(name=f"{word} {n}")["name"] for n in range(3)]
    for limit in (2, 100):
        names = shop.names(search=word, limit=limit)
        require(len(names) == min(limit, 3), f"limit={limit} lists another number of {len(every)}", actual=names)
    for limit in ("0", "101", "many"):
        reply = api.get("/products", params={"search": word, "limit": limit})
        require(reply.status < 500, f"limit={limit} made the server fail", actual=reply.status, reply=reply)


@needs("product-is-created")
def test_wildcards_are_only_text(shop, draw):
    word = draw.word()
    for wanted, other in [(f"50% {word}", f"50 pieces {word}"), (f"a_b {word}", f"axb {word}")]:
        shop.product(name=wanted)
        shop.product(name=other)
        names = shop.names(search=wanted)
        require(names == [wanted], f"the search for {wanted!r} finds other products", expected=[wanted], actual=names)
