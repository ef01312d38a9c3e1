// Access tokens are signed JWTs; refresh tokens are random strings that rotate, of which only the hash is stored.
import { createHash, randomBytes } from "node:crypto";
import jwt from "jsonwebtoken";

const { JWT_SECRET } = process.env;
const ACCESS_TTL = Number(process.env.ACCESS_TOKEN_TTL);
const REFRESH_TTL = Number(process.env.REFRESH_TOKEN_TTL);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const isUuid = (text) => UUID.test(text);

/** The user's id in a valid access token, null for any other text. */
export function subject(accessToken) {
  try {
    const { sub, exp } = jwt.verify(accessToken, JWT_SECRET, { algorithms: ["HS256"] });
    return exp !== undefined && isUuid(sub) ? sub : null;
  } catch {
    return null;
  }
}

/** The first token pair of a new login. */
export async function startFamily(db, userId) {
  const { rows } = await db.query("INSERT INTO logins (user_id) VALUES ($1) RETURNING id", [userId]);
  return pair(db, rows[0].id, userId);
}

/** A new pair for a fresh token, else null. A token that was used before ends its family. */
export async function rotate(db, refreshToken) {
  const { rows } = await db.query(
    `SELECT logins.id, user_id, hash, used_at IS NULL AND expires_at > now() AS fresh
     FROM logins JOIN refresh_tokens ON login_id = logins.id WHERE hash = $1 FOR UPDATE`,
    [digest(refreshToken)],
  );
  if (rows.length === 0) return null;
  const [{ id, user_id, hash, fresh }] = rows;
  if (!fresh) {
    await db.query("DELETE FROM logins WHERE id = $1", [id]);
    return null;
  }
  await db.query("UPDATE refresh_tokens SET used_at = now() WHERE hash = $1", [hash]);
  return pair(db, id, user_id);
}

export async function endFamily(db, refreshToken) {
  await db.query("DELETE FROM logins WHERE id = (SELECT login_id FROM refresh_tokens WHERE hash = $1)", [
    digest(refreshToken),
  ]);
}

export async function endAllFamilies(db, userId) {
  await db.query("DELETE FROM logins WHERE user_id = $1", [userId]);
}

async function pair(db, loginId, userId) {
  const refreshToken = randomBytes(32).toString("base64url");
  await db.query(
    "INSERT INTO refresh_tokens (hash, login_id, expires_at) VALUES ($1, $2, now() + make_interval(secs => $3))",
    [digest(refreshToken), loginId, REFRESH_TTL],
  );
  return {
    access_token: jwt.sign({}, JWT_SECRET, { algorithm: "HS256", subject: userId, expiresIn: ACCESS_TTL }),
    token_type: "Bearer",
    expires_in: ACCESS_TTL,
    refresh_token: refreshToken,
  };
}

// SHA-256 is enough here: nobody can guess 256 random bits, however fast the hash.
const digest = (refreshToken) => createHash("sha256").update(refreshToken).digest("hex");
