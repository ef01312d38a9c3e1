// The connection pool, transactions, the tables and the first administrator.
import pg from "pg";
import * as passwords from "./passwords.js";

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

/** Runs `work(db)` in a transaction and returns its result. */
export async function transaction(work) {
  const db = await pool.connect();
  try {
    await db.query("BEGIN");
    const result = await work(db);
    await db.query("COMMIT");
    return result;
  } catch (error) {
    await db.query("ROLLBACK");
    throw error;
  } finally {
    db.release();
  }
}

// A login is a family of refresh tokens. Deleting it ends them all.
const TABLES = `
  CREATE TABLE IF NOT EXISTS users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    password_hash text NOT NULL
  );
  CREATE TABLE IF NOT EXISTS logins (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE
  );
  CREATE TABLE IF NOT EXISTS refresh_tokens (
    hash text PRIMARY KEY,
    login_id uuid NOT NULL REFERENCES logins ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
  );
`;

/** Makes the tables and the first administrator, once, even when several copies start together. */
export async function prepare() {
  const { ADMIN_EMAIL, ADMIN_PASSWORD } = process.env;
  const passwordHash = await passwords.hash(ADMIN_PASSWORD);
  await transaction(async (db) => {
    await db.query("SELECT pg_advisory_xact_lock(6)");
    await db.query(TABLES);
    await db.query(
      `INSERT INTO users (email, name, role, password_hash) VALUES ($1, 'Administrator', 'admin', $2)
       ON CONFLICT (email) DO NOTHING`,
      [ADMIN_EMAIL.toLowerCase(), passwordHash],
    );
  });
}
