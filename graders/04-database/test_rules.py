"""Rules that stand in the database, read from its catalog, and how many statements it is asked."""

import re

from kata.grader import OK, needs, require


@needs("product-is-created")
def test_sku_is_unique_in_the_database(shop, catalog):
    columns = catalog.columns_with(shop.product()["sku"])
    require(columns, "no table of the database has a column that holds a new product's SKU")
    unique = [
        (table, column)
        for table, column in columns
        for indexed, key in catalog.unique_columns()
        if indexed == table and re.search(rf"\b{re.escape(column)}\b", key)
    ]
    require(unique, "no unique constraint or unique index over the column with the SKU alone", actual=sorted(columns))


@needs("order-is-created")
def test_lines_refer_to_real_rows(shop, catalog, draw):
    product, customer = shop.product(), draw.word()
    products = catalog.tables_with(product["sku"])
    shop.order([(product, 1)], customer).expect(OK)
    orders, references = catalog.tables_with(customer), catalog.references()
    require(orders, "the order was answered, but no table of the database holds its customer", expected=customer)

    def reaches(table, targets):
        """Whether foreign keys lead from the table to one of these, straight or over another table."""
        near = references.get(table, set()) - {table}
        return bool(near & targets) or any(references.get(each, set()) & targets for each in near)

    lines = [table for table in references if reaches(table, products) and reaches(table, orders)]
    told = {table: sorted(targets) for table, targets in sorted(references.items())}
    require(lines, "no table has foreign keys to the orders and to the products; the foreign keys are", actual=told)


@needs("product-is-created")
def test_stock_has_a_check_in_the_database(shop, catalog, draw):
    stock = draw.integer(100_000, 999_999)
    shop.product(stock=stock)
    columns = catalog.columns_with(str(stock))
    require(columns, f"no column of the database holds the stock of a new product with {stock} pieces")
    guarded = [column for table, column in columns if catalog.forbids_negative(table, column)]
    require(guarded, "no check constraint keeps this column at zero or above", actual=sorted(columns))


@needs("order-is-created")
def test_listing_needs_few_statements(api, shop, draw, database):
    tea, cup, customer = shop.product(stock=50), shop.product(stock=50), draw.word()
    for _ in range(12):
        shop.order([(tea, 1), (cup, 1)], customer).expect(OK)

    def statements(limit):
        before = database.statements()
        listed = len(shop.orders_of(customer, limit=limit))
        require(listed == limit, "another number of orders in the list", expected=limit, actual=listed)
        return database.statements() - before

    # The fewest of three: a new connection, or a copy that is just starting, asks something of its own.
    few, many = (min(statements(limit) for _ in range(3)) for limit in (2, 12))
    require(many < few + 5, f"2 orders took {few} statements, 12 took {many}", expected=few, actual=many)
