"""PostgreSQL and MySQL as a grader looks into them: roles that read everything and change nothing, and limits on time.

Error codes: postgresql.org/docs/current/errcodes-appendix.html, dev.mysql.com/doc/mysql-errors, mariadb.com/kb.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from typing import Any

from kata.grader.database import MOST_TABLES, Trouble

Statement = tuple[Any, Sequence[Any]]

_LOCK_SECONDS = 2
_LOOK_SECONDS = 3
#: No library of the learner's choice is loaded into the reader's session, or missed there.
_ALONE = "-c local_preload_libraries="


class Postgres:
    """PostgreSQL, by SQLSTATE; the role has pg_read_all_data and passes row security."""

    _TROUBLES = (
        ("55P03", Trouble.LOCKED),
        ("57014", Trouble.OVERDUE),
        ("53", Trouble.TOO_MUCH),
        ("54", Trouble.TOO_MUCH),
        ("42P01", Trouble.GONE),
        ("42703", Trouble.GONE),
        ("3F000", Trouble.GONE),
        ("57P", Trouble.LOST),
    )

    #: A connection that is refused has no SQLSTATE.
    _CROWDED = (
        "too many clients",
        "too many connections",
        "remaining connection slots",
        "could not fork",
        "shared memory",
    )
    #: What the owner of a database does to others, by its settings and rights.
    _SHUT = (
        "permission denied for database",
        "could not access file",
        "could not load library",
        "too many connections for database",
    )

    def __init__(self, address: Mapping[str, Any]) -> None:
        self._address = address
        self._connection: Any = None

    def connect(self) -> None:
        import psycopg

        limits = f"-c statement_timeout={_LOOK_SECONDS}s -c lock_timeout={_LOCK_SECONDS}s"
        self._connection = psycopg.connect(
            host=self._address["host"],
            port=self._address["port"],
            user=self._address["user"],
            password=self._address["password"],
            dbname=self._address["database"],
            autocommit=True,
            connect_timeout=5,
            client_encoding="UTF8",
            sslmode="disable",
            options=f"-c search_path=pg_catalog {limits} -c default_transaction_read_only=on {_ALONE}",
        )

    def rows(self, sql: Any, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        with self._connection.cursor() as cursor, closing(cursor.stream(sql, values or None)) as found:
            yield from found

    def trouble(self, error: Exception) -> Trouble:
        import psycopg

        if not isinstance(error, psycopg.Error):
            return Trouble.OTHER
        if any(words in str(error) for words in self._SHUT):
            return Trouble.SHUT
        if any(words in str(error) for words in self._CROWDED):
            return Trouble.CROWDED
        if self._connection is None or self._connection.broken or self._connection.closed:
            return Trouble.LOST
        code = error.sqlstate or ""
        return next((trouble for start, trouble in self._TROUBLES if code.startswith(start)), Trouble.OTHER)

    def tables(self) -> Statement:
        sql = (
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema$)' ORDER BY 1, 2 LIMIT %s"
        )
        return sql, (MOST_TABLES + 1,)

    def columns(self, schema: str, table: str) -> None:
        return None

    def counting(self, schema: str, table: str, columns: Sequence[str], text: str) -> Statement:
        from psycopg import sql

        # format() shows a row as the server itself would: a cast could be the learner's own, and so could a column
        query = sql.SQL("SELECT count(*) FROM {} AS t WHERE strpos(format('%%s', ROW(t.*)), %s) > 0")
        names = (name.replace("%", "%%") for name in (schema, table))  # a percent sign begins a placeholder
        return query.format(sql.Identifier(*names)), (text,)

    def statements(self) -> Statement:
        sql = (
            "SELECT coalesce(sum(s.calls), 0)::bigint FROM kata.pg_stat_statements AS s "
            "JOIN pg_roles AS r ON r.oid = s.userid WHERE r.rolname = %s"
        )
        return sql, (self._address["app_user"],)

    def size(self) -> Statement:
        return "SELECT pg_database_size(current_database())", ()


#: Types without a text form.
_SPATIAL = (
    "geometry", "point", "linestring", "polygon",
    "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection",
)  # fmt: skip


class MySql:
    """MySQL or MariaDB, by error number; the role may only SELECT."""

    _TROUBLES: Mapping[int, Trouble] = {
        1040: Trouble.CROWDED,
        1044: Trouble.SHUT,
        1049: Trouble.SHUT,
        1135: Trouble.CROWDED,
        1205: Trouble.LOCKED,
        1317: Trouble.OVERDUE,
        1969: Trouble.OVERDUE,
        3024: Trouble.OVERDUE,
        1037: Trouble.TOO_MUCH,
        1038: Trouble.TOO_MUCH,
        1153: Trouble.TOO_MUCH,
        1054: Trouble.GONE,
        1146: Trouble.GONE,
        2006: Trouble.LOST,
        2013: Trouble.LOST,
    }
    #: Each server knows one of the two for a statement's time; the last makes MySQL tell sizes as they are now.
    _LIMITS = (
        f"lock_wait_timeout={_LOCK_SECONDS}",
        f"max_statement_time={_LOOK_SECONDS}",
        f"max_execution_time={_LOOK_SECONDS * 1000}",
        "information_schema_stats_expiry=0",
    )

    def __init__(self, address: Mapping[str, Any]) -> None:
        self._address = address
        self._connection: Any = None

    def connect(self) -> None:
        import pymysql

        self._connection = pymysql.connect(
            host=self._address["host"],
            port=self._address["port"],
            user=self._address["user"],
            password=self._address["password"],
            database=self._address["database"],
            autocommit=True,
            connect_timeout=5,
            read_timeout=2 * _LOOK_SECONDS,
        )
        for limit in self._LIMITS:
            with suppress(pymysql.MySQLError), self._connection.cursor() as cursor:
                cursor.execute(f"SET SESSION {limit}")

    def rows(self, sql: Any, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        from pymysql.cursors import SSCursor

        with self._connection.cursor(SSCursor) as cursor:
            cursor.execute(sql, values or None)
            yield from cursor

    def trouble(self, error: Exception) -> Trouble:
        import pymysql

        if not isinstance(error, pymysql.MySQLError):
            return Trouble.OTHER
        code = error.args[0] if error.args else 0
        is_open = self._connection is not None and self._connection.open
        return self._TROUBLES.get(code, Trouble.OTHER if is_open else Trouble.LOST)

    def tables(self) -> Statement:
        sql = (
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema = %s AND table_type = 'BASE TABLE' ORDER BY 1, 2 LIMIT %s"
        )
        return sql, (self._address["database"], MOST_TABLES + 1)

    def columns(self, schema: str, table: str) -> Statement:
        sql = (
            "SELECT column_name, data_type NOT IN %s FROM information_schema.columns "
            "WHERE table_schema = %s AND table_name = %s"
        )
        return sql, (_SPATIAL, schema, table)

    def counting(self, schema: str, table: str, columns: Sequence[str], text: str) -> Statement:
        tests = " OR ".join(f"LOCATE(%s, CAST({_quoted(column)} AS CHAR)) > 0" for column in columns)
        query = f"SELECT COUNT(*) FROM {_quoted(schema)}.{_quoted(table)} WHERE {tests}"  # noqa: S608 - quoted names
        return query, [text] * len(columns)

    def statements(self) -> Statement:
        sql = (
            "SELECT COUNT(*) FROM mysql.general_log WHERE command_type IN ('Query', 'Execute') "
            "AND user_host LIKE %s AND argument NOT REGEXP %s"
        )
        uncounted = "^[[:space:]]*(SET|START|BEGIN|COMMIT|ROLLBACK|SHOW|USE|SELECT @@|SELECT VERSION|SAVEPOINT|RELEASE)"
        return sql, (f"{self._address['app_user']}[%", uncounted)

    def size(self) -> Statement:
        sql = "SELECT COALESCE(SUM(data_length), 0) FROM information_schema.tables WHERE table_schema IN (%s, 'mysql')"
        return sql, (self._address["database"],)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``").replace("%", "%%") + "`"
