// Talks to an echoing WebSocket: node websocket.js URL HOST COUNT. Prints what it has seen as JSON.
const { createHash } = require('node:crypto');
const WebSocket = require('ws');

const [url, host, count] = process.argv.slice(2);
const socket = new WebSocket(url, { headers: { Host: host }, servername: host, rejectUnauthorized: false });
const seen = { messages: 0, pongs: 0, code: 0, protocol: '' };
const [said, heard] = [createHash('sha256'), createHash('sha256')];

socket.on('open', () => {
  for (let number = 0; number < Number(count); number += 1) {
    const text = `${number}:`.padEnd(1 + ((number * 37) % 3000), 'ж');
    said.update(text);
    const half = Math.ceil(text.length / 2);
    socket.send(text.slice(0, half), { fin: false });
    if (number % 100 === 0) socket.ping(String(number));
    socket.send(text.slice(half), { fin: true });
  }
});
socket.on('message', (data) => {
  heard.update(data);
  seen.messages += 1;
  if (seen.messages === Number(count)) socket.close(4000, 'enough');
});
socket.on('pong', () => { seen.pongs += 1; });
socket.on('close', (code) => {
  seen.code = code;
  seen.same = said.digest('hex') === heard.digest('hex');
  console.log(JSON.stringify(seen));
});
socket.on('error', (error) => { console.error(error); process.exit(1); });
