// A caller that is an application, written as the vendor's demo for Node: parameters of query and form in one sorted list,
// each with its `=`; the sum of another body sent as the Base64 of its hexadecimal digits.
// node application.js ADDRESS PORT HOST KEY SECRET METHOD PATH CONTENT_TYPE BODY
const crypto = require('crypto');
const http = require('http');
const querystring = require('querystring');

const [host, port, name, key, secret, method, target, type, body] = process.argv.slice(2);
const [path, query = ''] = target.split('?');
const date = new Date().toUTCString();
const isForm = type === 'application/x-www-form-urlencoded';
const values = { ...querystring.parse(query), ...(isForm ? querystring.parse(body) : {}) };
const pairs = Object.keys(values).sort().map((one) => `${one}=${values[one]}`).join('&');
const md5 = body && !isForm
  ? Buffer.from(crypto.createHash('md5').update(body).digest('hex')).toString('base64')
  : '';
const text = [`x-date: ${date}`, method, 'application/json', type, md5, pairs ? `${path}?${pairs}` : path].join('\n');
const signature = crypto.createHmac('sha1', secret).update(text).digest('base64');
const headers = {
  Host: name,
  Accept: 'application/json',
  'x-date': date,
  Authorization: `hmac id="${key}", algorithm="hmac-sha1", headers="x-date", signature="${signature}"`,
};
if (type) headers['Content-Type'] = type;
if (md5) headers['Content-MD5'] = md5;
const request = http.request({ host, port, method, path: target, headers }, (answer) => {
  let told = '';
  answer.on('data', (piece) => { told += piece; });
  answer.on('end', () => console.log(JSON.stringify({ status: answer.statusCode, body: told })));
});
request.end(body);
