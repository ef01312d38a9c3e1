// A shop's products and orders.
import express from "express";
import { createTables } from "./database.js";

const app = express();
app.use(express.json());

app.get("/products", async (request, response) => {
  // TODO: SELECT them from the database; `search`, `sort` and `limit` come in request.query.
  response.json({ items: [] });
});

// TODO: POST /products: check the fields, insert the row (RETURNING gives it back), answer 201 with it, and say in Location
// where it is. A SKU that is taken arrives as an error whose `code` is "23505".

// TODO: GET, PATCH and DELETE /products/:id.

// TODO: POST /orders, GET /orders, GET /orders/:id, POST /orders/:id/cancel.

await createTables();
app.listen(process.env.PORT ?? 8000, "0.0.0.0");
