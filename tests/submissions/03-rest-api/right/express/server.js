// A shelf of books over HTTP.

import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import express from 'express';
import { select } from './listing.js';
import * as rules from './rules.js';

const app = express();
const shelf = new Map();
const JSON_TYPES = ['application/json', 'application/merge-patch+json'];

app.use((request, response, next) => {
  const sends = ['POST', 'PUT', 'PATCH'].includes(request.method);
  next(sends && request.is(JSON_TYPES) === false ? refusal(415, 'send application/json') : undefined);
});
app.use(express.json({ type: JSON_TYPES }));

app
  .route('/books')
  .get((request, response) => {
    const { fitting, limit, offset } = select([...shelf.values()], request.query);
    if (offset + limit < fitting.length) {
      const query = new URLSearchParams({ ...request.query, offset: offset + limit });
      response.links({ next: `/books?${query}` });
    }
    response.json({ items: fitting.slice(offset, offset + limit), total: fitting.length });
  })
  .post((request, response) => {
    const book = putOnShelf(randomUUID(), rules.book(request.body));
    response.status(201).location(`/books/${book.id}`).json(book);
  })
  .all(methodNotAllowed('GET, POST'));

app
  .route('/books/:id')
  .get((request, response) => response.json(found(request)))
  .put((request, response) => response.json(putOnShelf(found(request).id, rules.book(request.body))))
  .patch((request, response) => {
    const book = found(request);
    response.json(putOnShelf(book.id, rules.book(rules.merged(book, request.body))));
  })
  .delete((request, response) => {
    shelf.delete(found(request).id);
    response.status(204).end();
  })
  .all(methodNotAllowed('GET, PUT, PATCH, DELETE'));

app.get('/openapi.json', (request, response) => response.sendFile('openapi.json', { root: import.meta.dirname }));

app.use((request) => {
  throw refusal(404, `there is no ${request.path}`);
});

// Express knows an error handler by its four parameters. Errors are problem details (RFC 9457).
app.use((error, request, response, next) => {
  const status = error.status ?? 500;
  if (status === 500) console.error(error);
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ title: STATUS_CODES[status], status, detail: error.message, errors: error.errors }));
});

function found(request) {
  const book = shelf.get(request.params.id);
  if (!book) throw refusal(404, 'there is no such book');
  return book;
}

function putOnShelf(id, draft) {
  const book = { id, ...draft };
  shelf.set(id, book);
  return book;
}

function methodNotAllowed(allowed) {
  return (request, response) => {
    response.set('Allow', allowed);
    throw refusal(405, `use one of ${allowed}`);
  };
}

function refusal(status, message) {
  return Object.assign(new Error(message), { status });
}

app.listen(process.env.PORT, '0.0.0.0');
