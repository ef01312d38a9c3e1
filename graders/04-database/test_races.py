"""The same rules when requests arrive at the same moment."""

from functools import partial

from kata.grader import in_parallel, needs, same_json


@needs("duplicate-sku-is-refused")
def test_same_sku_at_once_has_one_winner(api, shop, at_once, statuses):
    body = shop.body()
    replies = at_once([partial(api.post, "/products", json=body)] * 16)
    statuses(replies, 1, conflicts=15)


@needs("order-takes-stock")
def test_stock_is_never_oversold(shop, draw, at_once, statuses):
    product = shop.product(stock=5)
    replies = at_once([partial(shop.order, [(product, 1)], draw.word())] * 16)
    statuses(replies, 5, conflicts=11)
    same_json(shop.now(product), {"stock": 0})


@needs("outdated-change-is-refused")
def test_one_of_many_changes_wins(api, shop, at_once, statuses):
    product = shop.product()
    path, prices = shop.path(product), range(10_000, 10_010)
    replies = at_once([partial(api.patch, path, json={"version": 1, "price": price}) for price in prices])
    statuses(replies, 1, conflicts=9)
    winner = next(reply.json for reply in replies if reply.status == 200)
    same_json(shop.now(product), winner)


@needs("cancelling-restocks-once")
def test_cancelling_at_once_restocks_once(api, shop, at_once, statuses):
    product = shop.product(stock=10)
    order = shop.placed([(product, 3)])
    replies = at_once([partial(api.post, shop.order_path(order) + "/cancel")] * 10)
    statuses(replies, 1, conflicts=9)
    same_json(shop.now(product), {"stock": 10})


@needs("order-is-created")
def test_crossing_orders_all_succeed(shop, draw, statuses):
    products = [shop.product() for _ in range(6)]
    lines, customer = [(product, 1) for product in products], draw.word()
    replies = in_parallel([partial(shop.order, lines, customer), partial(shop.order, lines[::-1], customer)] * 4)
    statuses(replies, 8)
