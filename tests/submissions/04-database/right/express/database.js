// The connection pool, transactions and migrations.
import { readdir, readFile } from "node:fs/promises";
import mysql from "mysql2/promise";

export const pool = mysql.createPool({ uri: process.env.DATABASE_URL, charset: "utf8mb4", connectionLimit: 10 });

/**
 * Run `work` in one transaction: committed when it returns, rolled back when it throws, tried again after a deadlock.
 * READ COMMITTED lets each statement see what others have committed by then; MySQL's default goes on reading the old rows.
 */
export async function transaction(work, attempts = 5) {
  const db = await pool.getConnection();
  try {
    await db.query("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
    await db.beginTransaction();
    const result = await work(db);
    await db.commit();
    return result;
  } catch (error) {
    await db.rollback();
    if (error.code !== "ER_LOCK_DEADLOCK" || attempts === 1) throw error;
  } finally {
    db.release();
  }
  return transaction(work, attempts - 1);
}

/**
 * Apply each file of migrations/ that this database has not seen, one statement in each. MySQL commits after every
 * CREATE TABLE, so no transaction can hold them together: a named lock keeps a copy that starts now waiting.
 */
export async function migrate() {
  const db = await pool.getConnection();
  try {
    await db.query("SELECT GET_LOCK('migrations', 30)");
    await db.query("CREATE TABLE IF NOT EXISTS migrations (name VARCHAR(100) PRIMARY KEY)");
    const [rows] = await db.query("SELECT name FROM migrations");
    const seen = new Set(rows.map((row) => row.name));
    const folder = new URL("migrations/", import.meta.url);
    for (const name of (await readdir(folder)).sort()) {
      if (seen.has(name)) continue;
      await db.query(await readFile(new URL(name, folder), "utf8"));
      await db.query("INSERT INTO migrations (name) VALUES (?)", [name]);
    }
  } finally {
    await db.query("SELECT RELEASE_LOCK('migrations')");
    db.release();
  }
}
