// The official SDK for Node as a process that Python drives: a line of JSON in for each action, a line out for its answer.
// In:  {endpoint, scheme, secretId, secretKey, region, signature, method, action, fields, typed}
// Out: {response} as the SDK gives it, or {error: {code, message, requestId}}
const http = require('node:http');
const https = require('node:https');
const readline = require('node:readline');
const { Client } = require('tencentcloud-sdk-nodejs/tencentcloud/services/apigateway/v20180808/apigateway_client');

const clients = new Map();

// A gateway of a test may be started anew between two actions: no connection is kept for the next one.
const agents = { http: new http.Agent(), https: new https.Agent() };

function clientOf(asked) {
  const { endpoint, scheme, secretId, secretKey, region, signature, method } = asked;
  const name = JSON.stringify([endpoint, scheme, secretId, secretKey, region, signature, method]);
  if (!clients.has(name)) {
    const httpProfile = { endpoint, protocol: `${scheme}://`, reqMethod: method, agent: agents[scheme] };
    const profile = { signMethod: signature, language: 'en-US', httpProfile };
    clients.set(name, new Client({ credential: { secretId, secretKey }, region, profile }));
  }
  return clients.get(name);
}

async function answer(asked) {
  const client = clientOf(asked);
  try {
    // The SDK's own method of the action; one that it does not know is asked for by its name.
    const response = asked.typed
      ? await client[asked.action](asked.fields)
      : await client.request(asked.action, asked.fields);
    return { response };
  } catch (error) {
    if (!('requestId' in error)) throw error;
    return { error: { code: error.code ?? '', message: error.message, requestId: error.requestId } };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
})();
