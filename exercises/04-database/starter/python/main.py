"""A shop's products and orders."""

from contextlib import asynccontextmanager

from fastapi import FastAPI

import database


@asynccontextmanager
async def lifespan(app: FastAPI):
    with database.pool:
        database.create_tables()
        yield


app = FastAPI(title="Shop", lifespan=lifespan)


@app.get("/products")
def list_products() -> dict:
    # TODO: SELECT them from the database; `search`, `sort` and `limit` come in the query.
    return {"items": []}


# TODO: POST /products: insert the row, answer 201 with it, and say in Location where it is.
#   A pydantic model with Field(ge=..., le=..., pattern=...) refuses what breaks a rule with 422.
#   psycopg.errors.UniqueViolation is what the database says about a SKU that is taken.

# TODO: GET, PATCH and DELETE /products/{id}.

# TODO: POST /orders, GET /orders, GET /orders/{id}, POST /orders/{id}/cancel.
