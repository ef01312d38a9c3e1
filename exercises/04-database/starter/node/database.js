// The connection pool and the tables.
import pg from "pg";

// PostgreSQL's bigint does not fit into a JavaScript number in general, so pg gives it back as a string. All whole
// numbers of this exercise fit: read them as numbers.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

// `await pool.query("... $1 ...", [value])` runs one statement. For a transaction, take one connection with
// `await pool.connect()`, run BEGIN, your statements and COMMIT (or ROLLBACK) on it, and give it back with `release()`.
export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

// A connection that lies in the pool while the database goes away says so here; without a listener the server would end.
pool.on("error", (error) => console.error(error.message));

/** Runs at every start: on an empty database, on a full one, and in several copies of the server at once. */
export async function createTables() {
  // TODO: create your tables here. Which rules should the database itself keep?
  await pool.query("SELECT 1");
}
