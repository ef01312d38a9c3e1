// Products in the database. `db` is the pool, or the connection of a transaction.
import { Refusal } from "./rules.js";

// A column's name cannot be a parameter of a statement, so what a client may say is looked up here.
const ORDERS = { price: "price", "-price": "price DESC", stock: "stock", "-stock": "stock DESC" };

export async function create(db, { sku, name, price, stock }) {
  try {
    const [done] = await db.execute("INSERT INTO products (sku, name, price, stock) VALUES (?, ?, ?, ?)", [sku, name, price, stock]);
    return await read(db, done.insertId);
  } catch (error) {
    if (error.code === "ER_DUP_ENTRY") throw new Refusal(409, "this SKU is taken");
    throw error;
  }
}

export async function read(db, id) {
  const [[product]] = await db.execute("SELECT * FROM products WHERE id = ?", [id]);
  if (!product) throw new Refusal(404, "there is no such product");
  return product;
}

export async function search(db, { search = "", sort }, limit) {
  if (sort !== undefined && !Object.hasOwn(ORDERS, sort)) throw new Refusal(400, "sort is price, -price, stock or -stock");
  const order = sort === undefined ? "id" : ORDERS[sort];
  // The pattern is text with its own %, _ and \ escaped: they are no wildcards.
  const pattern = `%${String(search).replace(/[\\%_]/g, "\\$&")}%`;
  const [found] = await db.query(`SELECT * FROM products WHERE name LIKE ? ORDER BY ${order} LIMIT ?`, [pattern, limit]);
  return found;
}

/** One statement looks at the version and changes the row, so nobody can come between. */
export async function change(db, id, { version, name = null, price = null, stock = null }) {
  const [done] = await db.execute(
    `UPDATE products SET version = version + 1, name = COALESCE(?, name), price = COALESCE(?, price),
            stock = COALESCE(?, stock)
      WHERE id = ? AND version = ?`,
    [name, price, stock, id, version],
  );
  const product = await read(db, id);
  if (done.affectedRows === 0) throw new Refusal(409, "the product was changed since you read it");
  return product;
}

export async function remove(db, id) {
  await read(db, id);
  try {
    await db.execute("DELETE FROM products WHERE id = ?", [id]);
  } catch (error) {
    if (error.code === "ER_ROW_IS_REFERENCED_2") throw new Refusal(409, "the product has been ordered");
    throw error;
  }
}
