// A shop's API in front of a slow origin: what was asked for once is remembered in Redis for CACHE_TTL seconds.
import { createHash } from "node:crypto";
import express from "express";
import * as cache from "./cache.js";
import { ask, mayBeKept } from "./origin.js";

const LANGUAGES = ["en", "de"]; // the first when nothing fits

const app = express();
app.disable("x-powered-by");
app.set("etag", false); // entity tags are made below, where it is known what may be shared

app.get("/health", (request, response) => response.json({ status: "ok" }));

app.get("/products", async (request, response) => {
  tell(request, response, await remembered(request.originalUrl, "lists"));
});

app.get("/products/:id", async (request, response) => {
  const path = pathOf("products", request);
  response.vary("Authorization");
  if (request.get("authorization")) return tellInPrivate(response, await ask("GET", path, credentials(request)));
  tell(request, response, await remembered(path, path));
});

app.put("/products/:id", express.text({ type: () => true, limit: "1mb" }), changeProduct);
app.delete("/products/:id", changeProduct);

app.get("/articles/:id", async (request, response) => {
  const path = pathOf("articles", request);
  const language = request.acceptsLanguages(...LANGUAGES) || LANGUAGES[0];
  response.vary("Accept-Language").set("Content-Language", language);
  tell(request, response, await remembered(path, path, language));
});

app.get("/account", async (request, response) => {
  tellInPrivate(response, await ask("GET", "/account", credentials(request)));
});

await cache.connected;
app.listen(process.env.PORT, "0.0.0.0");

async function changeProduct(request, response) {
  const path = pathOf("products", request);
  const headers = { ...credentials(request), "content-type": "application/json" };
  const answer = await ask(request.method, path, headers, request.body);
  const refused = answer.status >= 400 && answer.status < 500;
  if (!refused) await cache.forget(path, "lists");
  send(response, answer);
}

// The origin's answer, from the cache when it is there. Of many who miss it at once, one asks and the others wait.
// A write changes the version of a group, so that a late answer from before it lands under a key that nobody reads.
async function remembered(path, group, language = "") {
  const key = `${path} ${language} ${await cache.version(group)}`;
  return (await cache.get(key)) ?? cache.alone(key, async () => {
    const found = await cache.get(key); // somebody else was first
    if (found) return found;
    const answer = await ask("GET", path, language ? { "accept-language": language } : {});
    if (mayBeKept(answer)) await cache.put(key, answer);
    return answer;
  });
}

// A reply that everybody may share, or 304 when the client has it already.
function tell(request, response, answer) {
  response.set("Cache-Control", mayBeKept(answer) ? ["public", `max-age=${cache.TTL}`] : "no-store");
  if (answer.status === 200) {
    response.set("ETag", `"${createHash("sha256").update(answer.body).digest("hex").slice(0, 32)}"`);
    if (request.fresh) return response.status(304).end();
  }
  send(response, answer);
}

function tellInPrivate(response, answer) {
  response.set("Cache-Control", "private, no-store");
  send(response, answer);
}

function send(response, { status, body, type }) {
  response.status(status);
  if (type) response.type(type);
  response.end(body);
}

function pathOf(collection, request) {
  return `/${collection}/${encodeURIComponent(request.params.id)}`;
}

function credentials(request) {
  const authorization = request.get("authorization");
  return authorization ? { authorization } : {};
}
