// A shop's products and orders on MySQL.
import express from "express";
import { migrate, pool, transaction } from "./database.js";
import * as orders from "./orders.js";
import * as products from "./products.js";
import { Refusal, take, takeId, takeLimit, takeOrder } from "./rules.js";

const app = express();
app.use(express.json());

app.post("/products", async (request, response) => {
  const product = await products.create(pool, take(request.body, ["sku", "name", "price", "stock"]));
  response.status(201).location(`/products/${product.id}`).json(product);
});

app.get("/products", async (request, response) => {
  response.json({ items: await products.search(pool, request.query, takeLimit(request.query)) });
});

app.get("/products/:id", async (request, response) => {
  response.json(await products.read(pool, takeId(request.params)));
});

app.patch("/products/:id", async (request, response) => {
  const change = take(request.body, ["version"], ["name", "price", "stock"]);
  response.json(await transaction((db) => products.change(db, takeId(request.params), change)));
});

app.delete("/products/:id", async (request, response) => {
  await products.remove(pool, takeId(request.params));
  response.status(204).end();
});

app.post("/orders", async (request, response) => {
  const order = takeOrder(request.body);
  response.status(201).json(await transaction((db) => orders.place(db, order)));
});

app.get("/orders", async (request, response) => {
  response.json({ items: await orders.newest(pool, request.query.customer, takeLimit(request.query)) });
});

app.get("/orders/:id", async (request, response) => {
  response.json(await orders.read(pool, takeId(request.params)));
});

app.post("/orders/:id/cancel", async (request, response) => {
  response.json(await transaction((db) => orders.cancel(db, takeId(request.params))));
});

// express.json() throws errors with a status of their own, e.g. 400 for a body that is no JSON.
app.use((error, request, response, next) => {
  if (!(error instanceof Refusal) && !error.expose) console.error(error);
  response.status(error.status ?? 500).json({ error: error.message });
});

await migrate();
app.listen(process.env.PORT, "0.0.0.0");
