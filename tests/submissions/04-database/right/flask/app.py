"""A shop's products and orders: the routes. Each reads as if nobody else were there; SERIALIZABLE sees to that."""

from flask import Flask, jsonify, request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import BadRequest, Conflict, HTTPException, NotFound

from models import Line, Order, Product, create_tables, transaction
from rules import take, take_limit, take_order

app = Flask(__name__)
create_tables()

SORTS = {
    None: Product.sku,
    "price": Product.price,
    "-price": Product.price.desc(),
    "stock": Product.stock,
    "-stock": Product.stock.desc(),
}


@app.errorhandler(HTTPException)
def refused(error):
    return jsonify(error=error.description), error.code


def found(thing):
    if thing is None:
        raise NotFound("there is nothing with this id")
    return thing


@app.post("/products")
def create_product():
    product = Product(**take(request.get_json(), ["sku", "name", "price", "stock"]), version=1)
    try:
        transaction(lambda session: session.add(product))
    except IntegrityError:
        raise Conflict("this SKU is taken") from None
    return jsonify(product.as_json()), 201


@app.get("/products")
def list_products():
    if request.args.get("sort") not in SORTS:
        raise BadRequest("sort is price, -price, stock or -stock")
    named = Product.name.icontains(request.args.get("search", ""), autoescape=True)
    chosen = select(Product).where(named).order_by(SORTS[request.args.get("sort")]).limit(take_limit(request.args))
    return jsonify(items=transaction(lambda session: [product.as_json() for product in session.scalars(chosen)]))


@app.get("/products/<uuid:id>")
def read_product(id):
    return jsonify(transaction(lambda session: found(session.get(Product, id)).as_json()))


@app.patch("/products/<uuid:id>")
def change_product(id):
    change = take(request.get_json(), ["version"], ["name", "price", "stock"])

    def work(session):
        product = found(session.get(Product, id))
        if product.version != change["version"]:
            raise Conflict("the product was changed since you read it")
        for field, value in change.items():
            setattr(product, field, value)
        product.version += 1
        return product

    return jsonify(transaction(work).as_json())


@app.delete("/products/<uuid:id>")
def delete_product(id):
    try:
        transaction(lambda session: session.delete(found(session.get(Product, id))))
    except IntegrityError:
        raise Conflict("the product has been ordered") from None
    return "", 204


@app.post("/orders")
def place_order():
    customer, quantities = take_order(request.get_json())

    def work(session):
        order = Order(customer=customer, status="open")
        session.add(order)
        for product in session.scalars(select(Product).where(Product.id.in_(quantities)).order_by(Product.id)):
            quantity = quantities[product.id]
            if product.stock < quantity:
                raise Conflict("not enough in stock")
            product.stock -= quantity
            product.version += 1
            order.lines.append(Line(product_id=product.id, quantity=quantity, price=product.price))
        if len(order.lines) < len(quantities):
            raise BadRequest("there is no such product")
        return order

    return jsonify(transaction(work).as_json()), 201


@app.get("/orders")
def list_orders():
    chosen = select(Order).order_by(Order.number.desc()).limit(take_limit(request.args))
    if "customer" in request.args:
        chosen = chosen.where(Order.customer == request.args["customer"])
    return jsonify(items=transaction(lambda session: [order.as_json() for order in session.scalars(chosen)]))


@app.get("/orders/<uuid:id>")
def read_order(id):
    return jsonify(transaction(lambda session: found(session.get(Order, id)).as_json()))


@app.post("/orders/<uuid:id>/cancel")
def cancel_order(id):
    def work(session):
        order = found(session.get(Order, id))
        if order.status != "open":
            raise Conflict("the order is cancelled already")
        order.status = "cancelled"
        for line in sorted(order.lines, key=lambda line: line.product_id):
            product = session.get(Product, line.product_id)
            product.stock += line.quantity
            product.version += 1
        return order

    return jsonify(transaction(work).as_json())
