"""What several checks of the shop share: making products and orders, and reading the database's catalog."""

import re
from collections import Counter
from functools import partial
from urllib.parse import quote

import pytest

from kata.grader import OK, require


class Shop:
    """The requests that nearly every check begins with. Every product and customer is new."""

    def __init__(self, api, draw):
        self._api = api
        self._draw = draw

    def body(self, **fields):
        """What makes a valid product, with a SKU that nobody has used."""
        draw = self._draw
        body = {"sku": f"{draw.word().upper()}-{draw.integer(100, 999)}", "name": draw.text(20)}
        return {**body, "price": draw.integer(100, 9999), "stock": 10, **fields}

    def product(self, **fields):
        """A new product, as the server shows it. Its price and stock are numbers, whatever else there is to say."""
        created = self._api.post("/products", json=self.body(**fields)).expect(OK)
        for name in ("price", "stock"):
            created.field(name, int)
        return created.json

    def now(self, product):
        """The product as it stands now."""
        reply = self._api.get(self.path(product)).expect(200)
        require(isinstance(reply.json, dict), "a product must be a JSON object", actual=reply.json, reply=reply)
        return reply.json

    @staticmethod
    def path(product):
        return f"/products/{quote(str(product['id']), safe='')}"

    @staticmethod
    def order_path(order):
        return f"/orders/{quote(str(order['id']), safe='')}"

    def order(self, lines, customer=None):
        """The reply to an order; `lines` are pairs of a product and a quantity."""
        body = {
            "customer": customer or self._draw.word(),
            "lines": [{"product_id": product["id"], "quantity": quantity} for product, quantity in lines],
        }
        return self._api.post("/orders", json=body)

    def placed(self, lines, customer=None):
        """A new order, as the server shows it."""
        reply = self.order(lines, customer).expect(OK)
        reply.field("id", (int, str))
        return reply.json

    def orders_of(self, customer, **params):
        """A customer's orders as they are listed."""
        return self._listed("/orders", customer=customer, **params)

    def names(self, **params):
        """The names of the products that are listed, in the order of the list."""
        return [product["name"] for product in self._listed("/products", **params)]

    def _listed(self, path, **params):
        reply = self._api.get(path, params=params).expect(200)
        items = reply.field("items", list)
        are_objects = all(isinstance(item, dict) for item in items)
        require(are_objects, "every one of the items must be an object", actual=items, reply=reply)
        return items


@pytest.fixture(scope="session")
def shop(api, draw):
    return Shop(api, draw)


@pytest.fixture(scope="session")
def same_lines():
    """Fails unless the order in a reply has exactly these lines, in any order: (product id, quantity, price)."""

    def compare(order, expected):
        lines = order["lines"]
        are_objects = isinstance(lines, list) and all(isinstance(line, dict) for line in lines)
        require(are_objects, "the lines of an order must be a list of objects", actual=lines)
        found = [tuple(_plain_value(line[name]) for name in ("product_id", "quantity", "price")) for line in lines]
        require(Counter(found) == Counter(expected), "the order has other lines", expected=expected, actual=found)

    return compare


@pytest.fixture(scope="session")
def statuses():
    """Fails unless so many replies are successes of any kind, and so many conflicts. Shows one that came too often."""

    def compare(replies, successes, conflicts=0):
        expected = Counter({SUCCESS: successes, "409": conflicts})
        found = Counter(map(_outcome, replies))
        too_often = max(replies, key=lambda reply: found[_outcome(reply)] - expected[_outcome(reply)])
        about = f"{len(replies)} of these at the same moment: how many of each status"
        require(found == expected, about, expected=_told(expected), actual=_told(found), reply=too_often)

    return compare


@pytest.fixture(scope="session")
def at_once(control, service):
    """Sends requests that really meet in the database that the learner chose."""
    return partial(control.at_once, service)


def _plain_value(value):
    require(isinstance(value, int | float | str), "the values of an order's line are numbers and strings", actual=value)
    return value


SUCCESS = "2xx"


def _outcome(reply):
    return SUCCESS if reply.status in OK else str(reply.status)


def _told(counts):
    return ", ".join(f"{count} x {status}" for status, count in sorted(counts.items()) if count)


class Catalog:
    """What the database knows about its own tables. A table is named as `database.tables()` names it."""

    def __init__(self, database, dialect):
        self._database = database
        self._dialect = dialect

    def tables_with(self, text):
        """The tables in which some value is or contains `text`."""
        return {place.table for place in self._database.find(text)}

    def columns_with(self, value):
        """(table, column) wherever a value of some row, read as text, is exactly `value`."""
        return {
            (table, column)
            for table in self.tables_with(value)
            for (column,) in self._database.rows(self._dialect["columns"], *table.split(".", 1))
            if self._database.rows(self._with_value(table, column), value)
        }

    def _with_value(self, table, column):
        name, cast = ".".join(map(self._quoted, table.split(".", 1))), self._dialect["cast"]
        return f"SELECT 1 FROM {name} WHERE CAST({self._quoted(column)} AS {cast}) = %s LIMIT 1"  # noqa: S608 - quoted

    def _quoted(self, name):
        mark = self._dialect["mark"]
        return mark + name.replace(mark, mark * 2).replace("%", "%%") + mark

    def unique_columns(self):
        """(table, text of the only key) for every unique index over one column, or over one expression."""
        return set(self._database.rows(self._dialect["unique"]))

    def references(self):
        """table -> the tables that its foreign keys point to."""
        found = {}
        for table, target in self._database.rows(self._dialect["foreign"]):
            found.setdefault(table, set()).add(target)
        return found

    def forbids_negative(self, table, column):
        """Whether a check constraint, a domain or the column's type keeps it at zero or above."""
        unsigned = self._database.rows(self._dialect["unsigned"], *table.split(".", 1), column)
        checks = self._database.rows(self._dialect["checks"], *table.split(".", 1))
        name = re.escape(column.lower())
        lower_end = re.compile(rf"\b{name}(>=0|>-1| between 0 and)\b|(0<=|-1<){name}\b|\bnot *({name}<0|0>{name})\b")
        return bool(unsigned) or any(lower_end.search(_plain(clause)) for (clause,) in checks)


def _plain(clause):
    """A check's expression without quotes, brackets, casts and needless spaces: each database writes its own."""
    bare = re.sub(r"::\w+|[`\"'()]", "", clause).lower()
    return re.sub(r"\s*([<>]=?)\s*", r"\1", bare)


POSTGRES = {
    "mark": '"',
    "cast": "text",
    "columns": """
        SELECT a.attname FROM pg_attribute a
          JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped""",
    "unique": """
        SELECT n.nspname || '.' || c.relname, pg_get_indexdef(i.indexrelid, 1, true)
          FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE i.indisunique AND i.indisvalid AND i.indnkeyatts = 1 AND n.nspname NOT LIKE 'pg\\_%'""",
    "foreign": """
        SELECT n.nspname || '.' || c.relname, tn.nspname || '.' || t.relname
          FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
         WHERE k.contype = 'f'""",
    "checks": """
        SELECT pg_get_expr(k.conbin, k.conrelid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'c' AND n.nspname = %s AND c.relname = %s""",
    "unsigned": """
        SELECT 1 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_constraint k ON k.contypid = a.atttypid AND k.contype = 'c'
         WHERE n.nspname = %s AND c.relname = %s AND a.attname = %s""",
}

MYSQL = {
    "mark": "`",
    "cast": "char",
    "columns": "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
    "unique": """
        SELECT concat(table_schema, '.', table_name), min(column_name) FROM information_schema.statistics
         WHERE non_unique = 0 GROUP BY table_schema, table_name, index_name HAVING count(*) = 1""",
    "foreign": """
        SELECT concat(table_schema, '.', table_name), concat(referenced_table_schema, '.', referenced_table_name)
          FROM information_schema.key_column_usage WHERE referenced_table_name IS NOT NULL""",
    "checks": """
        SELECT c.check_clause FROM information_schema.check_constraints c JOIN information_schema.table_constraints t
            ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
         WHERE t.constraint_type = 'CHECK' AND t.table_schema = %s AND t.table_name = %s""",
    "unsigned": """
        SELECT 1 FROM information_schema.columns
         WHERE table_schema = %s AND table_name = %s AND column_name = %s AND column_type LIKE '%%unsigned%%'""",
}


@pytest.fixture(scope="session")
def service(environment):
    """The database that the learner chose: `postgres` or `mysql`."""
    return "mysql" if environment["DATABASE_URL"].startswith("mysql") else "postgres"


@pytest.fixture(scope="session")
def catalog(database, service):
    return Catalog(database, {"postgres": POSTGRES, "mysql": MYSQL}[service])
