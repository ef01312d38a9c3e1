// Passwords are stored as scrypt hashes: salt and key in hexadecimal, with a dollar sign between them.
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(scrypt);
// 16 MiB and about 30 ms for each hash. A server with cores to spare takes p = 5, OWASP's minimum for this N.
const COST = { N: 2 ** 14, r: 8, p: 1 };

export async function hash(password) {
  const salt = randomBytes(16);
  const key = await derive(password, salt, 32, COST);
  return `${salt.toString("hex")}$${key.toString("hex")}`;
}

export async function matches(password, stored) {
  const [salt, key] = stored.split("$").map((part) => Buffer.from(part, "hex"));
  return timingSafeEqual(key, await derive(password, salt, 32, COST));
}

// Compared against when nobody has the e-mail, so that the answer takes as long as for a wrong password.
export const NOBODY = await hash("nobody has this password");
