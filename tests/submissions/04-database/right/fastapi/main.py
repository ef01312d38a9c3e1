"""A shop's products and orders. Each function of products.py and orders.py is given the transaction it works in."""

from contextlib import asynccontextmanager

from fastapi import FastAPI, Response

import database
import orders
import products
from shapes import Limit, NewOrder, NewProduct, ProductChange, Sort


@asynccontextmanager
async def lifespan(app: FastAPI):
    with database.pool:
        database.migrate()
        yield


app = FastAPI(title="Shop", lifespan=lifespan)


@app.post("/products", status_code=201)
def create_product(new: NewProduct, response: Response) -> dict:
    with database.pool.connection() as db:
        product = products.create(db, new)
    response.headers["Location"] = f"/products/{product['id']}"
    return product


@app.get("/products")
def list_products(search: str = "", sort: Sort | None = None, limit: Limit = 20) -> dict:
    with database.pool.connection() as db:
        return {"items": products.search(db, search, sort, limit)}


@app.get("/products/{id}")
def read_product(id: int) -> dict:
    with database.pool.connection() as db:
        return products.read(db, id)


@app.patch("/products/{id}")
def change_product(id: int, change: ProductChange) -> dict:
    with database.pool.connection() as db:
        return products.change(db, id, change)


@app.delete("/products/{id}", status_code=204)
def delete_product(id: int) -> None:
    with database.pool.connection() as db:
        products.delete(db, id)


@app.post("/orders", status_code=201)
def place_order(new: NewOrder, response: Response) -> dict:
    with database.pool.connection() as db:
        order = orders.place(db, new)
    response.headers["Location"] = f"/orders/{order['id']}"
    return order


@app.get("/orders")
def list_orders(customer: str | None = None, limit: Limit = 20) -> dict:
    with database.pool.connection() as db:
        return {"items": orders.newest(db, customer, limit)}


@app.get("/orders/{id}")
def read_order(id: int) -> dict:
    with database.pool.connection() as db:
        return orders.read(db, id)


@app.post("/orders/{id}/cancel")
def cancel_order(id: int) -> dict:
    with database.pool.connection() as db:
        return orders.cancel(db, id)
