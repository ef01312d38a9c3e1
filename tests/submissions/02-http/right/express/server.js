// A small server that speaks HTTP.

const express = require('express');
const { createHash } = require('node:crypto');

const app = express();
const pages = new Map(); // name -> { content, type, etag }

// Bodies of any type arrive as bytes; Express would refuse more than 100 kB.
const bytes = express.raw({ type: () => true, limit: '1mb' });
const json = express.json({ type: 'application/json', limit: '1mb' });

const HOME = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>A server that speaks HTTP</title>
  </head>
  <body>
    <h1>Welcome</h1>
    <p>Try <a href="/hello/world">a greeting</a>.</p>
  </body>
</html>
`;

// Express knows no 405: this answers the methods that a path has no handler for.
const only = (...methods) => (req, res) => {
  res.set('Allow', methods.join(', ')).status(405).type('text').send('Method not allowed');
};

app.route('/')
  .get((req, res) => res.type('html').send(HOME))
  .all(only('GET', 'HEAD'));

app.route('/hello/:name')
  .get((req, res) => {
    const greeting = `Hello, ${req.params.name}!`;
    // Chooses by Accept, sets Vary, and answers 406 when nothing fits.
    res.format({
      text: () => res.send(greeting),
      html: () => res.send(`<p>${escapeHtml(greeting)}</p>`),
      json: () => res.send({ greeting }),
    });
  })
  .all(only('GET', 'HEAD'));

app.route('/old/:name')
  .get((req, res) => res.redirect(301, '/hello/' + encodeURIComponent(req.params.name)))
  .all(only('GET', 'HEAD'));

app.route('/query')
  .get((req, res) => {
    const found = new URL(req.originalUrl, 'http://server').searchParams;
    const entries = [...found.keys()].map((name) => [name, found.getAll(name)]);
    res.send({ parameters: Object.fromEntries(entries) });
  })
  .all(only('GET', 'HEAD'));

app.route('/echo')
  .post(bytes, (req, res) => {
    res.setHeader('Content-Type', typeOf(req));
    res.end(bodyOf(req));
  })
  .all(only('POST'));

app.route('/measure')
  .post(onlyJson, json, (req, res) => {
    const text = req.body?.text;
    if (typeof text !== 'string') return res.status(422).send({ error: 'Send {"text": "..."}' });
    // A string's length counts UTF-16 units; walking through it counts code points.
    res.send({ characters: [...text].length, bytes: Buffer.byteLength(text) });
  })
  .all(only('POST'));

app.route('/pages/:name')
  .get((req, res) => {
    const page = pages.get(req.params.name);
    if (!page) return res.status(404).type('text').send('No such page');
    res.setHeader('ETag', page.etag);
    res.setHeader('Content-Type', page.type);
    if (req.fresh) return res.status(304).end();
    sendPart(req, res, page.content);
  })
  .put(bytes, (req, res) => {
    const content = bodyOf(req);
    const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
    const isNew = !pages.has(req.params.name);
    pages.set(req.params.name, { content, type: typeOf(req), etag });
    res.status(isNew ? 201 : 204).end();
  })
  .delete((req, res) => {
    res.status(pages.delete(req.params.name) ? 204 : 404).end();
  })
  .all(only('GET', 'HEAD', 'PUT', 'DELETE'));

app.use((req, res) => res.status(404).type('text').send('Not found'));

// Broken JSON, broken escapes and the like carry a status of their own.
app.use((error, req, res, next) => {
  res.status(error.status ?? 500).type('text').send(error.status ? error.message : 'Server error');
});

function onlyJson(req, res, next) {
  const type = typeOf(req).split(';')[0].trim().toLowerCase();
  if (type === 'application/json') return next();
  res.status(415).send({ error: 'Send application/json' });
}

// The range that is wanted (206), all of it (200), or nothing when it is behind the end (416).
function sendPart(req, res, content) {
  const ranges = req.range(content.length);
  if (ranges === -1) {
    return res.status(416).set('Content-Range', `bytes */${content.length}`).end();
  }
  let part = content;
  if (Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1) {
    const [{ start, end }] = ranges;
    res.status(206).set('Content-Range', `bytes ${start}-${end}/${content.length}`);
    part = content.subarray(start, end + 1);
  }
  res.set('Accept-Ranges', 'bytes').set('Content-Length', part.length).end(part);
}

// Without a body, express.raw leaves req.body alone.
const bodyOf = (req) => (Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0));
const typeOf = (req) => req.get('Content-Type') ?? 'application/octet-stream';

function escapeHtml(text) {
  const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => escapes[character]);
}

app.listen(process.env.PORT ?? 8000, '0.0.0.0');
