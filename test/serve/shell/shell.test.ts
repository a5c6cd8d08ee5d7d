/** The shell around what is served: who is let in, what may be taken, how it ends. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { HttpError } from '../../../src/serve/shell/http-error.js';
import type { Route } from '../../../src/serve/shell/route.js';
import { staticFiles } from '../../../src/serve/shell/static-files.js';
import { ask, rawConnection } from '../ask.js';
import { echo, hello, open } from './open-shell.js';

test('every answer has the headers that bound what a page may do', async (t) => {
  const { port } = await open(t, [hello, echo]);
  for (const [path, status] of [
    ['/hello', 200],
    ['/nowhere', 404],
    ['/echo', 405],
  ] as const) {
    const { status: told, headers } = await ask(port, path);
    assert.equal(told, status);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(
      String(headers['content-security-policy']),
      /^default-src 'none'; script-src 'self'/,
    );
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe-(inline|eval)/);
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  }
  assert.equal((await ask(port, '/echo')).headers.allow, 'POST');
});

test('a Host that is not the server’s is refused', async (t) => {
  const { port } = await open(t, [hello], { allowHosts: ['wick.example'] });
  const hosts: readonly (readonly [string, number])[] = [
    [`127.0.0.1:${port}`, 200],
    [`localhost:${port}`, 200],
    ['localhost:1234', 200], // through a tunnel
    [`[::1]:${port}`, 200],
    ['wick.example', 200],
    ['WICK.example:443', 200],
    [`evil.example:${port}`, 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example', 403],
    ['192.168.1.5', 403],
    ['10.0.0.1:80', 403],
  ];
  for (const [host, status] of hosts)
    assert.equal((await ask(port, '/hello', { headers: { host } })).status, status, host);
  for (const host of ['', 'a b', 'localhost/x', 'x@localhost', '[::1', 'localhost:99999999']) {
    const lines = `GET /hello HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
    assert.match(await rawConnection(port, lines).all, /^HTTP\/1.1 400 /, host);
  }
});

test('pages of other sites are not answered', async (t) => {
  const { port } = await open(t, [hello, echo]);
  const own = `http://127.0.0.1:${port}`;
  const post = (headers: Readonly<Record<string, string>>) =>
    ask(port, '/echo', { method: 'POST', body: 'x', headers });
  assert.equal((await post({})).status, 200);
  assert.equal((await post({ origin: own })).status, 200);
  assert.equal((await post({ origin: own, 'sec-fetch-site': 'same-origin' })).status, 200);
  for (const origin of [
    'http://evil.example',
    'null',
    '',
    `http://127.0.0.1:${port + 1}`,
    `http://localhost:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    'file://',
  ])
    assert.equal((await post({ origin })).status, 403, origin);
  assert.equal((await post({ 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.equal((await post({ 'sec-fetch-site': 'same-site' })).status, 403);
  // A link on another page may lead here.
  const link = { headers: { 'sec-fetch-site': 'cross-site' } };
  assert.equal((await ask(port, '/hello', link)).status, 200);
  // Behind a proxy that speaks https the name is the same and the protocol another.
  const secure = { host: 'localhost', origin: 'https://localhost' };
  assert.equal((await ask(port, '/hello', { headers: secure })).status, 200);
});

test('a token is asked for; a page gets it as a cookie', async (t) => {
  const token = 'correct-horse-battery';
  const health: Route = { ...hello, path: '/health', access: 'anyone' };
  const { port } = await open(t, [hello, health], { token });
  const status = async (path: string, headers: Readonly<Record<string, string>> = {}) =>
    (await ask(port, path, { headers })).status;
  assert.equal(await status('/health'), 200);
  assert.equal(await status('/hello'), 401);
  assert.equal(await status('/nowhere'), 401); // nobody learns what is there
  assert.equal((await ask(port, '/hello')).headers['www-authenticate'], 'Bearer');
  assert.equal(await status('/hello', { authorization: `Bearer ${token}` }), 200);
  assert.equal(await status('/hello', { authorization: `Bearer ${token}x` }), 401);
  assert.equal(await status('/hello', { authorization: token }), 401);
  assert.equal(await status('/hello?token=wrong'), 401);
  const first = await ask(port, `/hello?token=${token}&a=1`);
  assert.deepEqual([first.status, first.headers.location], [303, '/hello?a=1']);
  const [cookie = ''] = first.headers['set-cookie'] ?? [];
  assert.match(cookie, /; HttpOnly; SameSite=Strict; Path=\/$/);
  const [pair = ''] = cookie.split(';');
  assert.equal(await status('/hello', { cookie: `a=b; ${pair}` }), 200);
  assert.equal(await status('/hello', { cookie: pair.replace('wick-token', 'other') }), 401);
});

test('bodies are bounded, announced or not, and all of them together', async (t) => {
  const limits = { bodyBytes: 1000, allBodyBytes: 1500 };
  const { port } = await open(t, [echo], { limits });
  const post = (body: string, headers: Readonly<Record<string, string>> = {}) =>
    ask(port, '/echo', { method: 'POST', body, headers });
  assert.equal((await post('x'.repeat(1000))).body, '{"length":1000}\n');
  const large = await post('x'.repeat(1001));
  assert.equal(large.status, 413);
  const chunked = { 'transfer-encoding': 'chunked' };
  assert.equal((await post('x'.repeat(1000), chunked)).status, 200);
  assert.equal((await post('x'.repeat(1001), chunked)).status, 413);
  // One that is half there keeps its room until its client goes.
  const head = `POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n`;
  const { socket, all } = rawConnection(port, head + 'x'.repeat(900));
  await until(async () => (await post('x'.repeat(700))).status === 503);
  socket.destroy();
  await all;
  await until(async () => (await post('x'.repeat(1000))).status === 200);
});

/** Requests that do not end: one in its body, one in its headers. */
const slowly = [
  'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\nx',
  'GET /hello HTTP/1.1\r\nhost: lo',
];

test('while clients send slowly others are answered', async (t) => {
  const { port, shell } = await open(t, [echo, hello]);
  const slow = slowly.map((lines) => rawConnection(port, lines));
  await until(async () => shell.requests === 1);
  assert.equal((await ask(port, '/hello')).status, 200);
  assert.deepEqual(
    slow.map(({ socket }) => socket.readyState),
    ['open', 'open'],
  );
  for (const { socket } of slow) socket.destroy();
});

test('a client that sends slowly is cut off', { timeout: 60_000 }, async (t) => {
  const { port } = await open(t, [echo, hello], { limits: { requestMs: 300 } });
  for (const lines of slowly)
    assert.match(await rawConnection(port, lines).all, /^(HTTP\/1.1 408 |$)/);
  await until(async () => (await ask(port, '/hello')).status === 200); // a slow machine may be cut off itself
});

test('an answer has its time', { timeout: 60_000 }, async (t) => {
  const aborted: boolean[] = [];
  const never: Route = {
    method: 'GET',
    path: '/never',
    answer: ({ signal }) =>
      new Promise(() => signal.addEventListener('abort', () => aborted.push(true))),
  };
  const { port } = await open(t, [never], { limits: { requestMs: 400 } });
  let late = await ask(port, '/never');
  while (late.status === 408) late = await ask(port, '/never'); // a slow machine may ask too slowly
  assert.deepEqual([late.status, late.headers['retry-after']], [503, '1']);
  assert.deepEqual(aborted, [true]);
});

test('so many requests are worked on at once', async (t) => {
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const routes: readonly Route[] = [
    { ...hello, path: '/gate', work: true, answer: () => gate.then(() => ({ body: 'ok' })) },
    hello,
  ];
  const { port, shell } = await open(t, routes, { limits: { requests: 2 } });
  const two = [ask(port, '/gate'), ask(port, '/gate')];
  await until(async () => shell.requests === 2);
  const third = await ask(port, '/gate');
  assert.deepEqual([third.status, third.headers['retry-after']], [503, '1']);
  assert.equal((await ask(port, '/hello')).status, 200);
  go();
  assert.deepEqual(
    (await Promise.all(two)).map(({ status }) => status),
    [200, 200],
  );
  assert.equal(shell.requests, 0);
});

test('who goes before the answer ends the work on it, who has it does not', async (t) => {
  const signals: AbortSignal[] = [];
  const seen = ({ signal }: { readonly signal: AbortSignal }) => void signals.push(signal);
  const routes: readonly Route[] = [
    {
      ...hello,
      answer: (visit) => {
        seen(visit);
        return { body: 'hello' };
      },
    },
    {
      ...hello,
      path: '/never',
      answer: (visit) => {
        seen(visit);
        return new Promise(() => {});
      },
    },
  ];
  const before = timers();
  const { port, shell } = await open(t, routes);
  const { socket } = rawConnection(port, 'GET /never HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await until(async () => signals.length === 1);
  socket.destroy();
  await until(async () => signals[0]?.aborted === true);
  assert.equal((await ask(port, '/hello')).body, 'hello');
  assert.equal((await ask(port, '/hello?a=1')).body, 'hello');
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, false, false],
  );
  await shell.close();
  assert.equal(timers(), before, 'who has gone keeps no process from its end');
});

test('addresses are told apart, and what is asked in them', async (t) => {
  const told: Route = { ...hello, path: '/told', answer: ({ url }) => ({ body: url.search }) };
  const { port } = await open(t, [told]);
  for (const search of ['?a=1', '?a=1', '?a=2', '', '?a=1'])
    assert.equal((await ask(port, `/told${search}`)).body, search);
});

test('an error is told to the log; to the client only what it needs', async (t) => {
  const routes: readonly Route[] = [
    {
      ...hello,
      path: '/fault',
      answer: () => {
        throw new Error('the password is swordfish');
      },
    },
    {
      ...hello,
      path: '/teapot',
      answer: () => {
        throw new HttpError(418, 'short and stout');
      },
    },
  ];
  const { port, errors } = await open(t, routes);
  const fault = await ask(port, '/fault');
  assert.equal(fault.status, 500);
  assert.doesNotMatch(fault.body, /swordfish/);
  assert.match(String(errors), /swordfish/);
  const teapot = await ask(port, '/teapot');
  assert.deepEqual([teapot.status, teapot.body], [418, '{"error":"short and stout"}\n']);
});

test('files are served by their names in a list; no path leads elsewhere', async (t) => {
  const here = new URL('.', import.meta.url);
  const { port } = await open(t, await staticFiles(here, { '/ask.js': '../ask.js' }));
  const told = await ask(port, '/ask.js');
  assert.deepEqual(
    [told.status, told.headers['content-type']],
    [200, 'text/javascript; charset=utf-8'],
  );
  for (const path of [
    '/../shell/ask.js',
    '/..%2fshell%2fask.js',
    '/%2e%2e/%2e%2e/package.json',
    '/ask.js/../shell.test.js',
    '//etc/passwd',
    '/ask.js%00',
    '/./shell.test.js',
    '/..\\..\\package.json',
    '/%ff%fe',
    '/ask.js/',
  ]) {
    const { status } = await ask(port, path);
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
  }
});

test('it ends when those that are being answered have been', async (t) => {
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const waiting: Route = {
    ...hello,
    work: true,
    answer: () => gate.then(() => ({ body: 'done' })),
  };
  const { port, shell } = await open(t, [waiting]);
  const { all } = rawConnection(port, 'GET /hello HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await until(async () => shell.requests === 1);
  const closed = shell.close();
  await assert.rejects(ask(port, '/hello'), /ECONNREFUSED/);
  go();
  // A client that would keep its connection is told that it ends.
  assert.match(await all, /^HTTP\/1\.1 200 .*connection: close\r\n.*done/is);
  await closed;
});

test('what streams for ever is told that the server ends', async (t) => {
  let told = false;
  const stream: Route = {
    ...hello,
    answer: ({ closing }) => ({
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('begun'));
          closing.addEventListener('abort', () => {
            told = true;
            controller.close();
          });
        },
      }),
    }),
  };
  const { port, shell } = await open(t, [stream]);
  const { socket, all } = rawConnection(port, 'GET /hello HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  await shell.close();
  assert.match(await all, /begun/);
  assert.deepEqual([told, shell.isClosing], [true, true]);
});

test('who is not done when the time is over is left', async (t) => {
  const stream: Route = {
    ...hello,
    answer: () => ({ body: new ReadableStream({ pull: never }) }),
  };
  const { port, shell } = await open(t, [stream], { limits: { drainMs: 50 } });
  const { socket, all } = rawConnection(port, 'GET /hello HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  await shell.close();
  assert.match(await all, /^HTTP\/1.1 200/);
});

test('an address that is taken is said', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = Object(other.address());
  await assert.rejects(open(t, [], { port }), {
    name: 'DataError',
    message: /^127\.0\.0\.1:\d+: cannot be listened on \(/,
  });
});

/** Timers that keep the process. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

function never(): Promise<void> {
  return new Promise(() => {});
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
