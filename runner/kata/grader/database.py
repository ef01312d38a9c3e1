"""A read-only look into the learner's database: supporting evidence, behaviour decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kata.safe import safe, safe_line


@dataclass(frozen=True)
class Place:
    """Where a text was found: a table and how many of its rows hold it."""

    table: str
    rows: int


class Database(Protocol):
    """What a check may look at; every look is bounded in time and size by the role that looks."""

    def tables(self) -> list[str]:
        """Ordinary tables of the learner's database, qualified (`public.users`); views are not looked into."""

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """At most 1,000 rows of a query, with `%s` for each value. Names are qualified: search_path is pg_catalog."""

    def find(self, text: str) -> list[Place]:
        """The tables in which some value contains `text`."""

    def statements(self) -> int:
        """How many statements the server's role has executed so far; BEGIN, COMMIT and SET do not count."""


_MOST_ROWS = 1000


class Postgres:
    """PostgreSQL through a role that may read everything and change nothing (pg_read_all_data)."""

    def __init__(self, address: Mapping[str, Any]) -> None:
        self._address = address
        self._connection: Any = None

    def tables(self) -> list[str]:
        found = self.rows(
            "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema' "
            "ORDER BY 1"
        )
        return [row[0] for row in found]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            cursor.execute(sql, values or None)
            return [tuple(row) for row in cursor.fetchmany(_MOST_ROWS)]

    def find(self, text: str) -> list[Place]:
        from psycopg import sql

        places = []
        for schema, table in (name.split(".", 1) for name in self.tables()):
            # format() shows a row as the server itself would: a cast could be the learner's own, and so could a column
            query = sql.SQL("SELECT count(*) FROM {} AS t WHERE strpos(format('%%s', ROW(t.*)), %s) > 0").format(
                sql.Identifier(schema, table)
            )
            with self._cursor() as cursor:
                count = cursor.execute(query, (text,)).fetchone()[0]
            if count:
                places.append(Place(safe_line(f"{schema}.{table}", 120), count))
        return places

    def statements(self) -> int:
        found = self.rows(
            "SELECT coalesce(sum(s.calls), 0)::bigint FROM kata.pg_stat_statements AS s "
            "JOIN pg_roles AS r ON r.oid = s.userid WHERE r.rolname = %s",
            self._address["app_user"],
        )
        return int(found[0][0])

    def _cursor(self) -> Any:
        import psycopg

        if self._connection is None or self._connection.closed or self._connection.broken:
            self._connection = psycopg.connect(
                host=self._address["host"],
                port=self._address["port"],
                user=self._address["user"],
                password=self._address["password"],
                dbname=self._address["database"],
                autocommit=True,
                connect_timeout=5,
                options="-c search_path=pg_catalog -c statement_timeout=3000 -c default_transaction_read_only=on",
            )
        return self._connection.cursor()


class MySql:
    """MySQL or MariaDB through a role that may only SELECT."""

    def __init__(self, address: Mapping[str, Any]) -> None:
        self._address = address
        self._connection: Any = None

    def tables(self) -> list[str]:
        found = self.rows(
            "SELECT CONCAT(table_schema, '.', table_name) FROM information_schema.tables "
            "WHERE table_schema = %s AND table_type = 'BASE TABLE' ORDER BY 1",
            self._address["database"],
        )
        return [row[0] for row in found]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            cursor.execute(sql, values or None)
            return [tuple(row) for row in cursor.fetchmany(_MOST_ROWS)]

    def find(self, text: str) -> list[Place]:
        places = []
        for name in self.tables():
            schema, table = name.split(".", 1)
            columns = self.rows(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
                schema,
                table,
            )
            tests = " OR ".join(f"LOCATE(%s, CAST({_quoted(column)} AS CHAR)) > 0" for (column,) in columns)
            query = f"SELECT COUNT(*) FROM {_quoted(schema)}.{_quoted(table)} WHERE {tests}"  # noqa: S608 - quoted names
            count = self.rows(query, *([text] * len(columns)))[0][0]
            if count:
                places.append(Place(safe(name, 120), int(count)))
        return places

    def statements(self) -> int:
        found = self.rows(
            "SELECT COUNT(*) FROM mysql.general_log WHERE command_type IN ('Query', 'Execute') "
            "AND user_host LIKE %s AND argument NOT REGEXP %s",
            f"{self._address['app_user']}[%",
            "^[[:space:]]*(SET|START|BEGIN|COMMIT|ROLLBACK|SHOW|USE|SELECT @@|SELECT VERSION|SAVEPOINT|RELEASE)",
        )
        return int(found[0][0])

    def _cursor(self) -> Any:
        import pymysql

        if self._connection is None or not self._connection.open:
            self._connection = pymysql.connect(
                host=self._address["host"],
                port=self._address["port"],
                user=self._address["user"],
                password=self._address["password"],
                database=self._address["database"],
                autocommit=True,
                connect_timeout=5,
                read_timeout=5,
            )
        return self._connection.cursor()


def look_into(services: Mapping[str, Mapping[str, Any]]) -> Database:
    """The database among `services`. Raises LookupError when the exercise has none."""
    kinds: dict[str, type[Postgres] | type[MySql]] = {"postgres": Postgres, "mysql": MySql}
    for name, address in services.items():
        if name in kinds:
            return kinds[name](address)
    raise LookupError("this exercise runs without a database")


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
