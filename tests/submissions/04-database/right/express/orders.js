// Orders in the database. `db` is the connection of a transaction; a Refusal that leaves a function rolls it back.
import { Refusal } from "./rules.js";

export async function place(db, { customer, lines }) {
  const products = await lock(db, lines.map((line) => line.product_id));
  for (const { product_id, quantity } of lines) {
    if (!products.has(product_id)) throw new Refusal(400, "there is no such product");
    if (products.get(product_id).stock < quantity) throw new Refusal(409, "not enough in stock");
  }
  const [{ insertId: id }] = await db.execute("INSERT INTO orders (customer) VALUES (?)", [customer]);
  for (const { product_id, quantity } of lines) {
    const price = products.get(product_id).price;
    await db.execute("UPDATE products SET stock = stock - ?, version = version + 1 WHERE id = ?", [quantity, product_id]);
    await db.execute("INSERT INTO order_lines (order_id, product_id, quantity, price) VALUES (?, ?, ?, ?)", [id, product_id, quantity, price]);
  }
  return read(db, id);
}

/**
 * The products, by id, as they are and will be until this transaction ends: nobody else can lock or change them.
 * Every order locks in the same sequence; two that cross would otherwise wait for each other for ever.
 */
async function lock(db, ids) {
  const [found] = await db.query("SELECT id, price, stock FROM products WHERE id IN (?) ORDER BY id FOR UPDATE", [ids]);
  return new Map(found.map((product) => [product.id, product]));
}

export async function read(db, id) {
  const [found] = await db.execute("SELECT * FROM orders WHERE id = ?", [id]);
  if (found.length === 0) throw new Refusal(404, "there is no such order");
  return (await withLines(db, found))[0];
}

export async function newest(db, customer, limit) {
  const [found] = customer === undefined
    ? await db.query("SELECT * FROM orders ORDER BY id DESC LIMIT ?", [limit])
    : await db.query("SELECT * FROM orders WHERE customer = ? ORDER BY id DESC LIMIT ?", [String(customer), limit]);
  return withLines(db, found);
}

/** The orders with their lines and totals: one more statement, however many orders there are. */
async function withLines(db, orders) {
  if (orders.length === 0) return [];
  const [lines] = await db.query("SELECT * FROM order_lines WHERE order_id IN (?) ORDER BY product_id", [orders.map((order) => order.id)]);
  return orders.map((order) => {
    const own = lines.filter((line) => line.order_id === order.id).map(({ order_id, ...line }) => line);
    return { ...order, total: own.reduce((sum, line) => sum + line.quantity * line.price, 0), lines: own };
  });
}

/** Only the request that turns `open` into `cancelled` puts the stock back. */
export async function cancel(db, id) {
  const [done] = await db.execute("UPDATE orders SET status = 'cancelled' WHERE id = ? AND status = 'open'", [id]);
  const order = await read(db, id);
  if (done.affectedRows === 0) throw new Refusal(409, "the order is cancelled already");
  for (const line of order.lines) {
    await db.execute("UPDATE products SET stock = stock + ?, version = version + 1 WHERE id = ?", [line.quantity, line.product_id]);
  }
  return order;
}
