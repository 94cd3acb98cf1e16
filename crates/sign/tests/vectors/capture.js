// Captures what the vendor's own SDK for Node sends, byte for byte, as the vectors in `node/`.
//
//     npm install tencentcloud-sdk-nodejs@4.1.313 && node capture.js
//
// The clock stands still, so that a second run changes nothing but nonces and trace ids.
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { Client } = require('tencentcloud-sdk-nodejs/tencentcloud/services/apigateway/v20180808/apigateway_client');

const NOW = 1551113065000; // 2019-02-25T16:44:25Z
Date.now = () => NOW;
Date.prototype.getTime = () => NOW;

const credential = { secretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE', secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE' };
const listening = { port: 19080, host: '127.0.0.1' };

/** One request, whole, and a decent answer. */
function receive() {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => {
      let data = Buffer.alloc(0);
      socket.on('data', (piece) => {
        data = Buffer.concat([data, piece]);
        const end = data.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = Number(/content-length: *(\d+)/i.exec(data.subarray(0, end).toString())?.[1] ?? 0);
        if (data.length < end + 4 + length) return;
        const answer = '{"Response":{"RequestId":"1"}}';
        socket.end(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`);
        server.close(() => resolve(data));
      });
    });
    server.listen(listening);
  });
}

async function capture(name, reqMethod, signMethod) {
  const received = receive();
  const httpProfile = { protocol: 'http://', endpoint: '127.0.0.1:19080', reqMethod };
  const client = new Client({ credential, region: 'ap-guangzhou', profile: { signMethod, httpProfile, language: 'en-US' } });
  await client.CreateService({
    ServiceName: 'orders',
    Protocol: 'http&https',
    ServiceDesc: '订单 & more = “quoted”',
    NetTypes: ['OUTER', 'INNER'],
    Tags: [{ Key: 'team', Value: 'a b' }],
    IpVersion: null,
  });
  fs.writeFileSync(path.join(__dirname, 'node', `${name}.http`), await received);
}

(async () => {
  fs.mkdirSync(path.join(__dirname, 'node'), { recursive: true });
  for (const method of ['POST', 'GET']) {
    for (const scheme of ['TC3-HMAC-SHA256', 'HmacSHA256', 'HmacSHA1']) {
      await capture(`${scheme.split('-')[0].toLowerCase()}_${method.toLowerCase()}`, method, scheme);
    }
  }
})();
