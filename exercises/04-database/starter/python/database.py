"""The connection pool and the tables."""

import os

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

# `with pool.connection() as db:` lends you a connection for a block: it commits at the end of the block, and rolls back
# when an exception leaves it. Rows come as dictionaries.
pool = ConnectionPool(os.environ["DATABASE_URL"], kwargs={"row_factory": dict_row}, min_size=1, max_size=10, open=False)


def create_tables() -> None:
    """Runs at every start: on an empty database, on a full one, and in several copies of the server at once."""
    with pool.connection() as db:
        # TODO: create your tables here. Which rules should the database itself keep?
        db.execute("SELECT 1")
