/** How requests are told apart, arrive, and are written. */
import assert from 'node:assert/strict';
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
