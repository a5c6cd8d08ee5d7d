// Attacks `wick serve`: requests that are malformed, slow, too many and too large, while good clients are served.
//   npm run verify:serve -- [--requests N] [--clients N] [--seconds S]
// Asked: no crash, the status that fits, good clients served, memory flat, models replaced without a dropped request. A good client
// that is told to come again (503 with Retry-After) does.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  client,
  formOfImages,
  load,
  quantile,
  residentBytes,
  startServer,
} from './serve-process.mjs';

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000' },
    clients: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
  },
});
const seconds = Number(options.seconds);
const folder = mkdtempSync(join(tmpdir(), 'wick-verify-serve-'));
const raw = { 'content-type': 'application/octet-stream' };

try {
  const { picture, replace, run } = await setUp();
  const server = await startServer([run, '--threads', '1', '--timeout', '3']);
  const good = client(server.port, 8);
  const isWell = async () => {
    const { status, body } = await good.ask('/predict', {
      method: 'POST',
      headers: raw,
      body: picture,
    });
    assert.equal(status, 200, body);
  };

  await isWell();
  const statuses = new Map();
  const count = Number(options.requests);
  for (let n = 0; n < count; n++) {
    const status = await malformed(server.port, picture, n);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (n % 50 === 0) await isWell();
  }
  assert.ok(!statuses.has(500) && !statuses.has('no answer'), [...statuses].join('; '));
  console.log(
    `${count} malformed requests: ${[...statuses]
      .sort()
      .map(([s, k]) => `${k}× ${s}`)
      .join(', ')}`,
  );

  const slow = Array.from({ length: 100 }, (_, n) => slowly(server.port, n));
  await isWell();
  const ends = await Promise.all(slow);
  await isWell();
  console.log(
    `100 slow clients: cut off after ${Math.max(...ends).toFixed(1)} s at most, with a limit of 3 s`,
  );

  good.close();
  assert.equal(await server.end(), 0, server.log());
  assert.equal(server.log(), '');
  await crowd({ picture, replace, run });
} finally {
  rmSync(folder, { recursive: true });
}

/** So many good clients at once, while the model changes. */
async function crowd({ picture, replace, run }) {
  // Garbage that V8 has not collected yet is no leak: with a small heap it does so often enough to be told from one within a minute.
  const server = await startServer([run, '--threads', '1'], ['--max-old-space-size=96']);
  const mebibytes = () => (residentBytes(server.pid) ?? 0) / 2 ** 20;
  const { ask, close } = client(server.port, Number(options.clients));
  const end = performance.now() + seconds * 1000;
  const times = [];
  const wrong = new Map();
  let again = 0;
  const memory = [];
  let rounds = 0;
  const clients = Array.from({ length: Number(options.clients) }, async () => {
    while (performance.now() < end) {
      const begun = performance.now();
      const request = { method: 'POST', headers: raw, body: picture };
      const { status, headers = {} } = await ask('/predict', request).catch((error) => ({
        status: error.code,
      }));
      if (status === 200) times.push(performance.now() - begun);
      else if (status === 503 && headers['retry-after'] !== undefined) {
        again++;
        await sleep(1000 * Number(headers['retry-after']));
      } else wrong.set(status, (wrong.get(status) ?? 0) + 1);
    }
  });
  while (performance.now() < end) {
    await sleep(Math.min(1000, seconds * 20));
    memory.push(mebibytes());
    if (rounds % 5 === 0) await replace(); // it is noticed within 2 s
    rounds++;
  }
  await Promise.all(clients);
  close();
  times.sort((a, b) => a - b);
  const third = Math.floor(memory.length / 3);
  const [middle, last] = [memory.slice(third, 2 * third), memory.slice(-third)].map((part) =>
    Math.max(...part),
  );
  const growth = last / middle - 1;
  const watcher = client(server.port, 1);
  const { body: metrics } = await watcher.ask('/metrics');
  watcher.close();
  const reloads = Number(/wick_model_loads_total\{.*result="ok"\} (\d+)/.exec(metrics)?.[1] ?? 0);
  console.log(
    `${options.clients} clients for ${seconds} s: ${times.length} answers, p50 ${quantile(times, 0.5).toFixed(0)} ms, p99 ${quantile(times, 0.99).toFixed(0)} ms; ` +
      `${reloads} models replaced meanwhile; told to come again: ${again}; failed: ${[...wrong].map(([s, k]) => `${k}× ${s}`).join(', ') || 'none'}; ` +
      `memory ${memory[0]?.toFixed(0)} → ${last.toFixed(0)} MiB, last third ${(100 * growth).toFixed(1)} %`,
  );
  assert.equal(wrong.size, 0);
  assert.ok(reloads > 0 || seconds < 10, 'no model was loaded anew');
  assert.ok(growth < 0.1, 'memory grows');
  assert.equal(await server.end(), 0, server.log());
  assert.equal(server.log(), '');
}

/** A run of a small network, weights that replace its own, and a picture. */
async function setUp() {
  await load('src/ops/index.js');
  const { untrainedRun, smallCard } = await load('test/runs/untrained-run.js');
  const { createModel } = await load('src/vision/models/registry.js');
  const { saveSafetensors } = await load('src/io/safetensors.js');
  const { greyPng } = await load('test/serve/small-server.js');
  const { run } = await untrainedRun(folder);
  const replace = () =>
    saveSafetensors(run.checkpoint('best'), createModel(smallCard.architecture).stateDict());
  return { picture: await greyPng(1), replace, run: run.path };
}

/** A number that is the same for the same `n` and `k`. */
function drawn(n, k, below) {
  let x = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(k + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  return ((x ^ (x >>> 13)) >>> 0) % below;
}

/** One malformed request; its status, or what came instead. */
async function malformed(port, picture, n) {
  const damaged = Buffer.from(picture);
  for (let k = 0; k < 1 + drawn(n, 0, 8); k++)
    damaged[drawn(n, 10 + k, damaged.length)] = drawn(n, 30 + k, 256);
  const cut = picture.subarray(0, drawn(n, 1, picture.length));
  const post = (type, body, path = '/predict', extra = '') =>
    Buffer.concat([
      Buffer.from(
        `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n${extra}connection: close\r\n\r\n`,
      ),
      Buffer.from(body),
    ]);
  const get = (target, extra = '') =>
    Buffer.from(`GET ${target} HTTP/1.1\r\nhost: localhost\r\n${extra}connection: close\r\n\r\n`);
  const json = JSON.stringify({ image: Buffer.from(damaged).toString('base64') });
  const kinds = [
    () => post('image/png', damaged),
    () => post('image/png', cut),
    () => post('application/json', json.slice(0, drawn(n, 2, json.length))),
    () => post('application/json', json),
    () => post('application/json', '['.repeat(1 + drawn(n, 3, 100_000))),
    () => post('multipart/form-data; boundary=b', `--b\r\n${'x: y\r\n'.repeat(drawn(n, 4, 2000))}`),
    () =>
      post(
        'multipart/form-data; boundary=b',
        Buffer.concat([
          Buffer.from('--b\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\n'),
          damaged,
          Buffer.from(drawn(n, 5, 2) ? '\r\n--b--\r\n' : ''),
        ]),
      ),
    () => post('multipart/form-data; boundary=b', severalFiles(damaged, n)),
    () => post('multipart/form-data; boundary=b', brokenForm(severalFiles(damaged, n), n)),
    () =>
      post('multipart/form-data; boundary=b', `--b${'\r\n--b'.repeat(drawn(n, 15, 50_000))}--\r\n`),
    () =>
      post(
        `multipart/form-data; boundary=${'b'.repeat(drawn(n, 15, 4000))}`,
        severalFiles(damaged, n),
      ),
    () => post('application/json', JSON.stringify({ images: severalTexts(damaged, n) })),
    () => post('application/json', `{"images": [${'"",'.repeat(drawn(n, 16, 100_000))}""]}`),
    () => post('application/json', `{"images": ${'['.repeat(drawn(n, 16, 50_000))}`),
    () => post(`image/${'x'.repeat(drawn(n, 6, 20_000))}`, 'x'),
    () => post('image/png', damaged, `/predict?${'a=b&'.repeat(drawn(n, 7, 1000))}top=-1`),
    () =>
      post(
        'image/png',
        damaged,
        `/explain?label=${encodeURIComponent(String.fromCodePoint(1 + drawn(n, 8, 50_000)))}`,
      ),
    () => post('image/png', damaged, '/predict', 'origin: http://evil.example\r\n'),
    () => post('image/png', damaged, '/predict', 'transfer-encoding: chunked\r\n'),
    () => post('image/png', damaged, '/predict', 'content-encoding: gzip\r\n'),
    () => get(`/${'../'.repeat(1 + drawn(n, 9, 20))}etc/passwd`),
    () => get('/%2e%2e%2f%2e%2e%2fpackage.json'),
    () => get('http://evil.example/models'),
    () => get(`/${String.fromCharCode(33 + drawn(n, 9, 90)).repeat(1 + drawn(n, 10, 12_000))}`),
    () => get('/models', 'host: evil.example\r\n'),
    () => Buffer.from(`GET / HTTP/1.1\r\nhost: evil${n}.example\r\nconnection: close\r\n\r\n`),
    () => Buffer.from(`GET / HTTP/1.1\r\nconnection: close\r\n\r\n`),
    () => Buffer.from(`BREW /predict HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`),
    () =>
      Buffer.from(
        `POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${'9'.repeat(1 + drawn(n, 11, 30))}\r\ncontent-type: image/png\r\n\r\n`,
      ),
    () =>
      Buffer.from(
        `POST /predict HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\ncontent-type: image/png\r\n\r\n${'f'.repeat(1 + drawn(n, 12, 20))}\r\nx`,
      ),
    () => Buffer.from(Array.from({ length: 1 + drawn(n, 13, 500) }, (_, k) => drawn(n, k, 256))),
    () => hugePicture(post, n),
  ];
  const bytes = kinds[n % kinds.length]();
  return await answerTo(port, bytes);
}

/** A form of up to 100 files, more than are taken; each is the picture, a part of it, or nothing. */
function severalFiles(picture, n) {
  const files = Array.from({ length: drawn(n, 17, 100) }, (_, k) =>
    picture.subarray(0, drawn(n, 100 + k, 2) * drawn(n, 200 + k, 2 * picture.length)),
  );
  return formOfImages(files, 'b');
}

/** A form with some of its bytes replaced, or cut off. */
function brokenForm(form, n) {
  for (let k = 0; k < 1 + drawn(n, 18, 40); k++)
    form[drawn(n, 300 + k, form.length)] = drawn(n, 400 + k, 256);
  return form.subarray(0, drawn(n, 19, 2) ? form.length : drawn(n, 20, form.length));
}

/** A list of base64 and what is none. */
function severalTexts(picture, n) {
  const kinds = [picture.toString('base64'), '', '%%%', 'AAAA', 7, null, [], { image: 'AAAA' }];
  const most = drawn(n, 21, 2) ? 4 : kinds.length; // texts alone, or anything
  return Array.from({ length: drawn(n, 22, 100) }, (_, k) => kinds[drawn(n, 500 + k, most)]);
}

/** A PNG that says it is of up to 60,000 × 60,000 pixels and more. */
function hugePicture(post, n) {
  const bytes = Buffer.alloc(200);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
  bytes.write('IHDR', 12);
  bytes.writeUInt32BE(60_000 + drawn(n, 14, 1e9), 16);
  bytes.writeUInt32BE(60_000, 20);
  bytes.set([8, 2, 0, 0, 0], 24);
  return post('image/png', bytes);
}

function answerTo(port, bytes) {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(10_000, () => {
      heard ||= 'nothing for 10 s';
      socket.destroy();
    });
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(/^HTTP\/1.1 (\d+)/.exec(heard)?.[1] ?? (heard || 'closed')));
  });
}

/** Sends a byte every 0.2 s; how many seconds it was let. */
function slowly(port, n) {
  const head =
    'POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/png\r\ncontent-length: 100000\r\n\r\n';
  const text = n % 2 === 0 ? head : head.slice(0, 60);
  return new Promise((resolve) => {
    const begun = performance.now();
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const drip = setInterval(() => socket.write('x'), 200);
    socket.on('data', () => {});
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(drip);
      resolve((performance.now() - begun) / 1000);
    });
  });
}
