// A server that speaks HTTP: the beginning. Start it with `npm start` and try `curl -i http://localhost:8000/`.

const express = require('express');

const app = express();

app.get('/', (req, res) => {
  // TODO: an HTML document, and a Content-Type that says so.
  res.type('text').send('It works, now make me a page.');
});

// TODO: /hello/:name greets. What does req.params.name hold for /hello/Zo%C3%AB?
// TODO: text, HTML or JSON: which one does the client want? Look at res.format in the manual of Express.
// TODO: /old/:name, /query, /echo, /measure, /pages/:name.
// TODO: Express answers 404 when only the method is wrong. app.all() sees the methods that are left over.
// TODO: a body that cannot be parsed arrives in an error handler: app.use((error, req, res, next) => ...).

app.listen(process.env.PORT ?? 8000, '0.0.0.0');
