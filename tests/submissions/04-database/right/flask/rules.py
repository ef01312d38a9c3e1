"""What clients may send."""

import re
import uuid

from werkzeug.exceptions import BadRequest


def text(longest):
    return lambda value: isinstance(value, str) and 1 <= len(value) <= longest


def whole(least, most):
    return lambda value: type(value) is int and least <= value <= most


FIELDS = {
    "sku": lambda value: isinstance(value, str) and re.fullmatch("[A-Z0-9-]{3,40}", value),
    "name": text(200),
    "price": whole(0, 1_000_000_000),
    "stock": whole(0, 1_000_000),
    "version": whole(1, 2**31 - 1),
    "customer": text(100),
    "product_id": lambda value: isinstance(value, str) and re.fullmatch("[0-9a-f-]{36}", value),
    "quantity": whole(1, 1000),
}


def take(data, required, optional=()):
    """Just these fields of a JSON object, each of them valid; optional ones may be missing."""
    if not isinstance(data, dict):
        raise BadRequest("a JSON object is needed")
    taken = {field: data.get(field) for field in required} | {f: data[f] for f in optional if f in data}
    for field, value in taken.items():
        if not FIELDS[field](value):
            raise BadRequest(f"{field} is missing or breaks its rule")
    return taken


def take_order(data):
    """The customer of an order, and {product id: quantity}."""
    customer, lines = take(data, ["customer"])["customer"], data.get("lines")
    if not isinstance(lines, list) or not 1 <= len(lines) <= 50:
        raise BadRequest("an order has 1 to 50 lines")
    taken = [take(line, ["product_id", "quantity"]) for line in lines]
    quantities = {uuid.UUID(line["product_id"]): line["quantity"] for line in taken}
    if len(quantities) < len(lines):
        raise BadRequest("a product stands in at most one line of an order")
    return customer, quantities


def take_limit(query):
    limit = query.get("limit", "20")
    if not re.fullmatch(r"[1-9]\d?|100", limit):
        raise BadRequest("limit is a whole number from 1 to 100")
    return int(limit)
