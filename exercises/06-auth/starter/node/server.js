// Authentication: where to begin. The statement: STATEMENT.md here, or `kata show 06-auth`.
import express from "express";
import pg from "pg";

const { DATABASE_URL, PORT } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL });

// TODO: what does an account need, and which rule keeps an e-mail from being there twice?
// TODO: a second table for refresh tokens: whose are they, to which login do they belong, were they used?
const TABLES = `
  CREATE TABLE IF NOT EXISTS users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid()
  );
`;

// Runs when the server starts, and it starts more than once on the same database.
async function prepare() {
  await pool.query(TABLES);
  // TODO: the first administrator, from ADMIN_EMAIL and ADMIN_PASSWORD, if there is none with that e-mail yet.
}

const app = express();
app.use(express.json());

app.get("/health", (request, response) => response.json({ status: "ok" }));

// TODO 1: POST /register. Which fields come in, which may go out? Hash the password (scrypt of node:crypto).
// TODO 2: POST /login. One answer for a wrong password and an unknown e-mail; a signed token (jwt.sign) for the right ones.
// TODO 3: GET /me. A middleware that reads the Authorization header and verifies the token (jwt.verify) is used by all that follow.
// TODO 4: POST /refresh and POST /logout.
// TODO 5: PATCH /me, PUT /me/password, and the routes under /users.

await prepare();
app.listen(PORT, "0.0.0.0");
