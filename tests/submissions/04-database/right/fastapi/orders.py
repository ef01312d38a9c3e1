"""Orders in the database. An HTTPException that leaves a function rolls all of its transaction back."""

from fastapi import HTTPException


def place(db, new) -> dict:
    order = db.execute("INSERT INTO orders (customer) VALUES (%s) RETURNING id", [new.customer]).fetchone()
    # Every order locks its products in the same sequence; two that cross would otherwise wait for each other for ever.
    for line in sorted(new.lines, key=lambda line: line.product_id):
        price = take(db, line)
        db.execute(
            "INSERT INTO order_lines (order_id, product_id, quantity, price) VALUES (%s, %s, %s, %s)",
            [order["id"], line.product_id, line.quantity, price],
        )
    return read(db, order["id"])


def take(db, line) -> int:
    """Take the line's quantity out of the stock and return the price of one. The database does the subtraction."""
    product = db.execute(
        """
        UPDATE products SET stock = stock - %(quantity)s, version = version + 1
         WHERE id = %(product_id)s AND stock >= %(quantity)s RETURNING price
        """,
        line.model_dump(),
    ).fetchone()
    if product is None:
        known = db.execute("SELECT 1 FROM products WHERE id = %s", [line.product_id]).fetchone()
        raise HTTPException(409, "not enough in stock") if known else HTTPException(422, "there is no such product")
    return product["price"]


def read(db, id: int) -> dict:
    order = db.execute("SELECT * FROM orders WHERE id = %s", [id]).fetchone()
    if order is None:
        raise HTTPException(404, "there is no such order")
    return with_lines(db, [order])[0]


def newest(db, customer: str | None, limit: int) -> list[dict]:
    found = db.execute(
        """
        SELECT * FROM orders WHERE customer = %(customer)s OR %(customer)s::text IS NULL
         ORDER BY id DESC LIMIT %(limit)s
        """,
        {"customer": customer, "limit": limit},
    ).fetchall()
    return with_lines(db, found)


def with_lines(db, orders: list[dict]) -> list[dict]:
    """The orders with their lines and totals: one more statement, however many orders there are."""
    lines = db.execute(
        "SELECT * FROM order_lines WHERE order_id = ANY(%s) ORDER BY product_id", [[order["id"] for order in orders]]
    ).fetchall()
    for order in orders:
        own = [line for line in lines if line["order_id"] == order["id"]]
        order["total"] = sum(line["quantity"] * line["price"] for line in own)
        order["lines"] = [{key: line[key] for key in ("product_id", "quantity", "price")} for line in own]
    return orders


def cancel(db, id: int) -> dict:
    """Only the request that turns `open` into `cancelled` puts the stock back."""
    read(db, id)
    if db.execute("UPDATE orders SET status = 'cancelled' WHERE id = %s AND status = 'open'", [id]).rowcount == 0:
        raise HTTPException(409, "the order is cancelled already")
    order = read(db, id)
    for line in order["lines"]:
        db.execute(
            "UPDATE products SET stock = stock + %(quantity)s, version = version + 1 WHERE id = %(product_id)s", line
        )
    return order
