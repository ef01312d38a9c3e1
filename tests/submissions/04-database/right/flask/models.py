"""The tables as classes, and transactions that are safe against each other."""

import os
import random
import time
import uuid

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, String, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

# SERIALIZABLE: the outcome is as if all transactions had run one after the other. Where that cannot be, PostgreSQL ends
# one of them with an error, and `transaction` runs it again. `pool_pre_ping` tests a connection before it is used.
engine = create_engine(
    os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1),
    isolation_level="SERIALIZABLE",
    pool_size=16,
    pool_pre_ping=True,
)


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "products"
    __table_args__ = (CheckConstraint("price >= 0"), CheckConstraint("stock >= 0"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    price: Mapped[int] = mapped_column(BigInteger)
    stock: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)

    def as_json(self) -> dict:
        fields = {name: getattr(self, name) for name in ("sku", "name", "price", "stock", "version")}
        return {"id": str(self.id), **fields}


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    number: Mapped[int] = mapped_column(BigInteger, Identity())  # a UUID does not tell which order came first
    customer: Mapped[str] = mapped_column(String(100), index=True)
    status: Mapped[str] = mapped_column(default="open")
    lines: Mapped[list["Line"]] = relationship(lazy="selectin")  # one statement for the lines of all orders of a page

    def as_json(self) -> dict:
        total = sum(line.quantity * line.price for line in self.lines)
        lines = [line.as_json() for line in self.lines]
        return {"id": str(self.id), "customer": self.customer, "status": self.status, "total": total, "lines": lines}


class Line(Base):
    __tablename__ = "order_lines"

    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"), primary_key=True, index=True)
    quantity: Mapped[int]
    price: Mapped[int] = mapped_column(BigInteger)

    def as_json(self) -> dict:
        return {"product_id": str(self.product_id), "quantity": self.quantity, "price": self.price}


def create_tables() -> None:
    """Create what is missing; a copy that starts at the same moment waits for the lock."""
    with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(4)"))
        Base.metadata.create_all(connection)


def transaction(work):
    """What `work(session)` returns, after its transaction is committed; an exception rolls it back."""
    while True:
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                return work(session)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in ("40001", "40P01"):
                raise
            time.sleep(random.uniform(0, 0.02))  # whoever it collided with should not be met again
