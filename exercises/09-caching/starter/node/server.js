// Caching: where to begin. The statement: STATEMENT.md here, or `kata show 09-caching`.
import express from "express";
import { Redis } from "ioredis";

const { ORIGIN_URL, REDIS_URL, PORT } = process.env;
const CACHE_TTL = Number(process.env.CACHE_TTL); // seconds

// TODO: a Redis that is away must not hold up a request. Which timeouts can be set here, and what becomes of a command
// that is sent while there is no connection?
const redis = new Redis(REDIS_URL);
redis.on("error", (error) => console.error(error.message));

const app = express();
app.set("etag", false); // yours to make, where it is right

app.get("/health", (request, response) => response.json({ status: "ok" }));

app.get("/products/:id", async (request, response) => {
  // TODO 1: look into Redis first (redis.get), and remember what the origin says (redis.set with "EX", CACHE_TTL).
  //         Remember the status and the media type together with the body; a 404 too, a failure never.
  // TODO 5: with an Authorization header none of this applies: pass it on, and say Cache-Control: private.
  // TODO 6: Cache-Control, Vary, and an ETag made from the body; If-None-Match is answered with 304.
  const reply = await fetch(`${ORIGIN_URL}/products/${encodeURIComponent(request.params.id)}`);
  response.status(reply.status).type("application/json").end(await reply.text());
});

// TODO 2: GET /products, a list for each query.
// TODO 3: PUT and DELETE of a product: the origin first, then forget the product and all lists.
// TODO 4: GET /articles/:id: the language belongs into the key. GET /account: only pass it on.
// TODO 7: of many who miss an entry, one asks the origin (SET with NX and PX) and the others wait.
// TODO 8: with the cache gone, go on without it.

app.listen(Number(PORT), "0.0.0.0");
