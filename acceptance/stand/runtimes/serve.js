// A function runtime: modules with a `main_handler`, called with the JSON object of `POST /{namespace}/{function}/{qualifier}`.
//
//     node serve.js FOLDER
//
// Prints its port. Handlers return a promise or call back; one that fails is answered with status 430.
"use strict";

const http = require("http");
const path = require("path");

const folder = path.resolve(process.argv[2]);

function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, result) => (error ? reject(error) : resolve(result));
    const returned = handler(event, context, callback);
    if (returned && typeof returned.then === "function") {
      returned.then(resolve, reject);
    }
  });
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    const [, namespace, name, qualifier] = request.url.split("/");
    const context = { request_id: request.headers["x-scf-request-id"], function_name: name, namespace, qualifier };
    const answer = (status, value) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(value));
    };
    try {
      const event = JSON.parse(Buffer.concat(chunks).toString());
      answer(200, await run(require(path.join(folder, name)).main_handler, event, context));
    } catch (error) {
      answer(430, { errorCode: -1, errorMessage: String(error.message), requestId: context.request_id, statusCode: 430 });
    }
  });
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
