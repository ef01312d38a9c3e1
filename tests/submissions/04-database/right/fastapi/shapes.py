"""What clients send."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

Sku = Annotated[str, Field(pattern=r"^[A-Z0-9-]{3,40}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Price = Annotated[int, Field(ge=0, le=1_000_000_000)]
Stock = Annotated[int, Field(ge=0, le=1_000_000)]
Sort = Literal["price", "-price", "stock", "-stock"]
Limit = Annotated[int, Field(ge=1, le=100)]


class NewProduct(BaseModel):
    sku: Sku
    name: Name
    price: Price
    stock: Stock


class ProductChange(BaseModel):
    """The version that the client has seen, and the fields it wants to have otherwise."""

    version: int
    name: Name | None = None
    price: Price | None = None
    stock: Stock | None = None


class NewLine(BaseModel):
    product_id: int
    quantity: Annotated[int, Field(ge=1, le=1000)]


class NewOrder(BaseModel):
    customer: Annotated[str, Field(min_length=1, max_length=100)]
    lines: Annotated[list[NewLine], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def each_product_once(self) -> Self:
        if len({line.product_id for line in self.lines}) < len(self.lines):
            raise ValueError("a product stands in at most one line of an order")
        return self
