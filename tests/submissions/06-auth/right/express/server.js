// Accounts, access tokens, rotating refresh tokens and roles.
import express from "express";
import { pool, prepare, transaction } from "./database.js";
import { read } from "./fields.js";
import * as passwords from "./passwords.js";
import { Refusal, unauthorized } from "./refusal.js";
import * as tokens from "./tokens.js";

const app = express();
app.disable("x-powered-by");

/** Whoever sends a body says that it is JSON. */
function jsonOnly(request, response, next) {
  if (["POST", "PUT", "PATCH"].includes(request.method) && !request.is("application/json")) {
    throw new Refusal(415, "send application/json");
  }
  next();
}

app.use(jsonOnly, express.json());

/** Lets users in whose access token is valid, as `request.user`. */
async function signedIn(request, response, next) {
  const [scheme, token] = (request.get("Authorization") ?? "").split(" ");
  const id = scheme.toLowerCase() === "bearer" && token ? tokens.subject(token) : null;
  request.user = id && (await findUser(id));
  if (!request.user) throw unauthorized("a valid access token is needed");
  next();
}

/** The role comes from the database, so taking it away works at once. */
function administrator(request, response, next) {
  if (request.user.role !== "admin") throw new Refusal(403, "for administrators only");
  next();
}

const only = (...methods) => (request) => {
  throw new Refusal(405, `${request.method} does not work here`, { Allow: methods.join(", ") });
};

app
  .route("/health")
  .get((request, response) => response.json({ status: "ok" }))
  .all(only("GET"));

app
  .route("/register")
  .post(async (request, response) => {
    const { email, password, name } = read(request.body, { email: "email", password: "newPassword", name: "name" });
    const { rows } = await pool.query(
      `INSERT INTO users (email, name, password_hash) VALUES ($1, $2, $3)
       ON CONFLICT (email) DO NOTHING RETURNING *`,
      [email, name, await passwords.hash(password)],
    );
    if (rows.length === 0) throw new Refusal(409, "this e-mail is registered already");
    response.status(201).json(shown(rows[0]));
  })
  .all(only("POST"));

app
  .route("/login")
  .post(async (request, response) => {
    const { email, password } = read(request.body, { email: "email", password: "anyText" });
    const { rows } = await pool.query("SELECT * FROM users WHERE email = $1", [email]);
    const right = await passwords.matches(password, rows[0]?.password_hash ?? passwords.NOBODY);
    if (rows.length === 0 || !right) throw unauthorized("e-mail or password is wrong");
    const pair = await transaction((db) => tokens.startFamily(db, rows[0].id));
    response.set("Cache-Control", "no-store").json(pair);
  })
  .all(only("POST"));

app
  .route("/refresh")
  .post(async (request, response) => {
    const { refresh_token } = read(request.body, { refresh_token: "anyText" });
    const pair = await transaction((db) => tokens.rotate(db, refresh_token));
    if (!pair) throw unauthorized("this refresh token is not valid");
    response.set("Cache-Control", "no-store").json(pair);
  })
  .all(only("POST"));

app
  .route("/logout")
  .post(async (request, response) => {
    const { refresh_token } = read(request.body, { refresh_token: "anyText" });
    await tokens.endFamily(pool, refresh_token);
    response.status(204).end();
  })
  .all(only("POST"));

app
  .route("/me")
  .get(signedIn, (request, response) => response.json(shown(request.user)))
  .patch(signedIn, async (request, response) => {
    const { name } = read(request.body, { name: "name" });
    const { rows } = await pool.query("UPDATE users SET name = $1 WHERE id = $2 RETURNING *", [name, request.user.id]);
    response.json(shown(rows[0]));
  })
  .all(only("GET", "PATCH"));

app
  .route("/me/password")
  .put(signedIn, async (request, response) => {
    const change = read(request.body, { current_password: "anyText", new_password: "newPassword" });
    if (!(await passwords.matches(change.current_password, request.user.password_hash))) {
      throw new Refusal(403, "the current password is wrong");
    }
    const newHash = await passwords.hash(change.new_password);
    await transaction(async (db) => {
      await db.query("UPDATE users SET password_hash = $1 WHERE id = $2", [newHash, request.user.id]);
      await tokens.endAllFamilies(db, request.user.id);
    });
    response.status(204).end();
  })
  .all(only("PUT"));

app
  .route("/users")
  .get(signedIn, administrator, async (request, response) => {
    const { rows } = await pool.query("SELECT * FROM users ORDER BY email");
    response.json({ users: rows.map(shown) });
  })
  .all(only("GET"));

app
  .route("/users/:id")
  .get(signedIn, async (request, response) => {
    const { user, params } = request;
    if (user.id !== params.id && user.role !== "admin") throw new Refusal(403, "not your account");
    const found = await findUser(params.id);
    if (!found) throw new Refusal(404, "no such account");
    response.json(shown(found));
  })
  .patch(signedIn, administrator, async (request, response) => {
    const { role } = read(request.body, { role: "role" });
    const found = await findUser(request.params.id);
    if (!found) throw new Refusal(404, "no such account");
    const { rows } = await pool.query("UPDATE users SET role = $1 WHERE id = $2 RETURNING *", [role, found.id]);
    response.json(shown(rows[0]));
  })
  .all(only("GET", "PATCH"));

app.use(() => {
  throw new Refusal(404, "there is nothing here");
});

// Refusals, and the errors of express.json(), say their status; whatever else comes here is our own mistake.
app.use((error, request, response, next) => {
  const status = error.status ?? 500;
  if (status === 500) console.error(error);
  const message = error instanceof Refusal ? error.message : status === 500 ? "internal error" : "the request cannot be read";
  response.status(status).set(error.headers ?? {}).json({ error: message });
});

/** The only columns that ever leave the server. */
function shown({ id, email, name, role }) {
  return { id, email, name, role };
}

async function findUser(id) {
  if (!tokens.isUuid(id)) return null;
  const { rows } = await pool.query("SELECT * FROM users WHERE id = $1", [id]);
  return rows[0] ?? null;
}

await prepare();
const server = app.listen(process.env.PORT, "0.0.0.0");
process.on("SIGTERM", () => server.close(() => pool.end()));
