// What the fields of a request may be. Each rule returns the value as it is stored, or undefined.
import { Refusal } from "./refusal.js";

const text = (value) => (typeof value === "string" && !value.includes("\0") ? value : undefined);

const rules = {
  // Two e-mails that differ only in letter case are the same account.
  email: (value) => (text(value)?.length <= 254 && /^[^@]+@[^@]+$/.test(value) ? value.toLowerCase() : undefined),
  name: (value) => (text(value)?.length >= 1 && value.length <= 100 ? value : undefined),
  newPassword: (value) => (typeof value === "string" && [...value].length >= 8 && value.length <= 256 ? value : undefined),
  anyText: (value) => (typeof value === "string" && value.length <= 4096 ? value : undefined),
  role: (value) => (["user", "admin"].includes(value) ? value : undefined),
};

/** The fields of `body` that `shape` names ({field: rule}), and no others. */
export function read(body, shape) {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Refusal(422, "send a JSON object");
  const found = {};
  for (const [field, rule] of Object.entries(shape)) {
    found[field] = rules[rule](body[field]);
    if (found[field] === undefined) throw new Refusal(422, `${field} is missing or not valid`);
  }
  return found;
}
