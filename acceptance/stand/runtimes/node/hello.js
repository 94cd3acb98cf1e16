"use strict";

exports.main_handler = async (event, context) => ({
  isBase64Encoded: false,
  statusCode: 201,
  headers: { "Content-Type": "application/json", "X-Function": context.function_name },
  body: JSON.stringify({ method: event.httpMethod, path: event.path, id: event.pathParameters.id, body: event.body }),
});
