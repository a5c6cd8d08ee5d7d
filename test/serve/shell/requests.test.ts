/** How requests are told apart, arrive, and are written. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Route } from '../../../src/serve/shell/route.js';
import { ask, rawConnection } from '../ask.js';
import { echo, hello, open } from './open-shell.js';

test('a request is for one server, the one in its target where that is a whole address', async (t) => {
  const { port } = await open(t, [hello]);
  const status = async (target: string, ...hosts: readonly string[]) => {
    const lines = [...hosts.map((host) => `Host: ${host}`), 'connection: close'].join('\r\n');
    const heard = await rawConnection(port, `GET ${target} HTTP/1.1\r\n${lines}\r\n\r\n`).all;
    assert.match(heard, /^x-content-type-options: nosniff\r$/m);
    return Number(heard.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3));
  };
  assert.equal(await status('/hello', 'localhost'), 200);
  assert.equal(await status('/hello', 'localhost', 'localhost'), 400);
  assert.equal(await status('/hello', 'localhost', 'evil.example'), 400);
  assert.equal(await status('/hello', 'evil.example', 'localhost'), 400);
  assert.equal(await status('http://localhost/hello', 'localhost'), 200);
  assert.equal(await status('http://localhost/hello', 'evil.example'), 200);
  assert.equal(await status('http://evil.example/hello', 'localhost'), 403);
  assert.equal(await status('http://evil.example:80/hello?x', 'localhost'), 403);
});

test('the time of an answer begins when its request has arrived', async (t) => {
  const ms = 2000;
  const answer: Route['answer'] = async ({ body }) => {
    await body();
    await setTimeout(0.6 * ms);
    return { body: 'ok' };
  };
  const { port } = await open(t, [{ ...echo, answer }], { limits: { requestMs: ms } });
  const head = 'POST /echo HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 1';
  const { socket, all } = rawConnection(port, `${head}\r\n\r\n`);
  await setTimeout(0.6 * ms);
  socket.write('x');
  assert.match(await all, /^HTTP\/1.1 200 /);
});

test('a body that is packed is not taken for one that is not', async (t) => {
  const { port } = await open(t, [echo]);
  const post = (encoding: string) =>
    ask(port, '/echo', { method: 'POST', body: 'x', headers: { 'content-encoding': encoding } });
  assert.equal((await post('Identity')).status, 200);
  const { status, headers, body } = await post('gzip');
  assert.deepEqual([status, headers['accept-encoding']], [415, 'identity']);
  assert.match(body, /Content-Encoding: 'gzip' is not read/);
});

test('a Host that was refused is refused again', async (t) => {
  const { port } = await open(t, [hello]);
  for (const host of ['evil.example', 'evil.example', 'localhost', 'evil.example']) {
    const { status } = await ask(port, '/hello', { headers: { host } });
    assert.equal(status, host === 'localhost' ? 200 : 403);
  }
});

test('what a user has asked for, and no page, is answered', async (t) => {
  const { port } = await open(t, [echo]);
  const headers = { 'sec-fetch-site': 'none' };
  assert.equal((await ask(port, '/echo', { method: 'POST', headers })).status, 200);
});

test('a body that is announced as too large is refused before it comes', async (t) => {
  const { port } = await open(t, [echo], { limits: { bodyBytes: 1000 } });
  const head = 'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1001\r\n\r\n';
  assert.match(await rawConnection(port, head).all, /^HTTP\/1.1 413 /);
});

test('so many clients are connected at once', async (t) => {
  const { port } = await open(t, [hello], { limits: { connections: 2 } });
  const get = 'GET /hello HTTP/1.1\r\nhost: localhost\r\n\r\n';
  const two = [rawConnection(port, get), rawConnection(port, get)];
  for (const { socket } of two) await once(socket, 'data');
  assert.equal(await rawConnection(port, get).all, '', 'the third is hung up on');
  for (const { socket } of two) socket.destroy();
});

test('every answer says what its page may do, to the letter', async (t) => {
  const { port } = await open(t, [hello]);
  const { headers } = await ask(port, '/hello');
  const policy = String(headers['content-security-policy']).split('; ').sort();
  assert.deepEqual(policy, [
    "base-uri 'none'",
    "connect-src 'self'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "script-src 'self'",
    "style-src 'self'",
    "worker-src 'self'",
  ]);
  const others = {
    'cache-control': 'no-store',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  };
  for (const [name, value] of Object.entries(others)) assert.equal(headers[name], value, name);
});
