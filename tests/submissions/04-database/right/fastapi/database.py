"""The connection pool and the migrations."""

import os
from pathlib import Path

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

# `check` throws away a connection that died while it lay in the pool, so an outage of the database is soon forgotten.
# `with pool.connection()` is a transaction: it commits at the end of the block and rolls back when an error leaves it.
pool = ConnectionPool(
    os.environ["DATABASE_URL"],
    kwargs={"row_factory": dict_row},
    min_size=2,
    max_size=10,
    check=ConnectionPool.check_connection,
    open=False,
)


def migrate() -> None:
    """Apply each file of migrations/ that this database has not seen, in order of name, all in one transaction."""
    with pool.connection() as db:
        # The lock ends with the transaction. A copy that starts just now waits here, then finds nothing to do.
        db.execute("SELECT pg_advisory_xact_lock(4)")
        db.execute("CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY)")
        seen = {row["name"] for row in db.execute("SELECT name FROM migrations")}
        for file in sorted(Path(__file__).with_name("migrations").glob("*.sql")):
            if file.name not in seen:
                db.execute(file.read_text())
                db.execute("INSERT INTO migrations (name) VALUES (%s)", [file.name])
