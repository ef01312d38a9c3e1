"""Products in the database. An HTTPException that leaves a function rolls its transaction back."""

from fastapi import HTTPException
from psycopg.errors import ForeignKeyViolation, UniqueViolation

# A column's name cannot be a parameter of a statement, so what a client may say is looked up here.
ORDERS = {None: "id", "price": "price", "-price": "price DESC", "stock": "stock", "-stock": "stock DESC"}


def create(db, new) -> dict:
    try:
        return db.execute(
            "INSERT INTO products (sku, name, price, stock) VALUES (%s, %s, %s, %s) RETURNING *",
            [new.sku, new.name, new.price, new.stock],
        ).fetchone()
    except UniqueViolation:
        raise HTTPException(409, "this SKU is taken") from None


def read(db, id: int) -> dict:
    product = db.execute("SELECT * FROM products WHERE id = %s", [id]).fetchone()
    if product is None:
        raise HTTPException(404, "there is no such product")
    return product


def search(db, text: str, sort: str | None, limit: int) -> list[dict]:
    return db.execute(
        f"SELECT * FROM products WHERE name ILIKE %s ORDER BY {ORDERS[sort]} LIMIT %s", [containing(text), limit]
    ).fetchall()


def containing(text: str) -> str:
    """A LIKE pattern for `text` as it stands: its own % and _ are no wildcards."""
    for mark in "\\%_":
        text = text.replace(mark, "\\" + mark)
    return f"%{text}%"


def change(db, id: int, change) -> dict:
    """One statement looks at the version and changes the row, so nobody can come between."""
    product = db.execute(
        """
        UPDATE products SET version = version + 1, name = coalesce(%(name)s, name),
               price = coalesce(%(price)s, price), stock = coalesce(%(stock)s, stock)
         WHERE id = %(id)s AND version = %(version)s RETURNING *
        """,
        {"id": id, **change.model_dump()},
    ).fetchone()
    if product is None:
        read(db, id)
        raise HTTPException(409, "the product was changed since you read it")
    return product


def delete(db, id: int) -> None:
    read(db, id)
    try:
        db.execute("DELETE FROM products WHERE id = %s", [id])
    except ForeignKeyViolation:
        raise HTTPException(409, "the product has been ordered") from None
