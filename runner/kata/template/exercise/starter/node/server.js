// Where to begin: it starts and answers, and every check still fails.
const http = require("node:http");

http
  .createServer((request, response) => {
    // TODO: GET, PUT and DELETE /note
    response.writeHead(404).end();
  })
  .listen(process.env.PORT, "0.0.0.0");
