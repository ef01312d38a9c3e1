// What a client may send. Everything here throws a Refusal with 400.

/** A request that is not done; `status` goes to the client. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const FIELDS = {
  sku: (value) => typeof value === "string" && /^[A-Z0-9-]{3,40}$/.test(value),
  name: (value) => text(value, 200),
  price: (value) => whole(value, 0, 1_000_000_000),
  stock: (value) => whole(value, 0, 1_000_000),
  version: (value) => whole(value, 1, 2 ** 31),
  customer: (value) => text(value, 100),
  product_id: (value) => whole(value, 1, Number.MAX_SAFE_INTEGER),
  quantity: (value) => whole(value, 1, 1000),
};

// A letter outside the first 65,536 of Unicode counts two in `length`; spreading counts characters, as MySQL does.
const text = (value, most) => typeof value === "string" && value !== "" && [...value].length <= most;
const whole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;

/** `body` with just these fields, all of them there and valid. */
export function take(body, required, optional = []) {
  const taken = {};
  for (const field of [...required, ...optional]) {
    const value = body?.[field];
    if (value === undefined && optional.includes(field)) continue;
    if (!FIELDS[field](value)) throw new Refusal(400, `${field} is missing or breaks its rule`);
    taken[field] = value;
  }
  return taken;
}

export function takeOrder(body) {
  const { customer } = take(body, ["customer"]);
  const lines = body.lines;
  if (!Array.isArray(lines) || lines.length < 1 || lines.length > 50) throw new Refusal(400, "an order has 1 to 50 lines");
  const taken = lines.map((line) => take(line, ["product_id", "quantity"]));
  if (new Set(taken.map((line) => line.product_id)).size < taken.length) {
    throw new Refusal(400, "a product stands in at most one line of an order");
  }
  return { customer, lines: taken };
}

export function takeLimit(query) {
  const limit = Number(query.limit ?? 20);
  if (!whole(limit, 1, 100)) throw new Refusal(400, "limit is a whole number from 1 to 100");
  return limit;
}

/** The id in a path. What is no number belongs to nothing. */
export function takeId(params) {
  if (!/^\d{1,15}$/.test(params.id)) throw new Refusal(404, "there is nothing with this id");
  return Number(params.id);
}
