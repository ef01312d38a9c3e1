// A shelf of books: where to begin. The statement: STATEMENT.md here, or `kata show 03-rest-api`.

import express from 'express';

const app = express();

// The collection. TODO: what finds a book by its id fastest, and which ids do you give?
const shelf = new Map();

// Puts the parsed body into request.body. TODO: which media types does it parse, and what becomes of the others?
app.use(express.json());

app.get('/books', (request, response) => {
  // TODO: filter, count, sort, cut. The query string is in request.query, and everything in it is text.
  response.json({ items: [...shelf.values()], total: shelf.size });
});

// TODO 1: POST /books. Check the body, give the book an id, store it, answer 201 with a Location header.
// TODO 2: GET /books/:id, and 404 for an id that no book has.
// TODO 3: DELETE and PUT, which begin by finding the book, just like GET.
// TODO 4: PATCH. Put the change on top of the old book, then check the outcome by the same rules.
// TODO 5: a last middleware for unknown routes, and one with four parameters for errors.

app.listen(process.env.PORT, '0.0.0.0');
