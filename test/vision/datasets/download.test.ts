import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writerTag } from '../../../src/io/writer-tag.js';
import { download } from '../../../src/vision/datasets/download/download.js';
import { httpGet, proxyFor } from '../../../src/vision/datasets/download/http-get.js';
import { put, temporaryFolder } from './temporary-folder.js';

const content = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
const md5 = createHash('md5').update(content).digest('hex');
const checksum = { algorithm: 'md5', hex: md5 } as const;
const options = { checksum, maxBytes: 5000 };

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(t: TestContext, handler: Handler): Promise<{ url: string; server: Server }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** Serves `content`, in parts where a range is asked for. */
function sendContent(request: IncomingMessage, response: ServerResponse): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (start >= content.length) response.writeHead(416).end();
  else
    response
      .writeHead(start > 0 ? 206 : 200, {
        'content-length': content.length - start,
        ...(start > 0 && { 'content-range': `bytes ${start}-4999/5000` }),
      })
      .end(content.subarray(start));
}

test('a file arrives whole, with progress, and its part is gone', async (t) => {
  const folder = await temporaryFolder(t);
  const { url } = await serve(t, sendContent);
  const seen: number[] = [];
  await download([`${url}/a`], `${folder}/deep/a`, {
    ...options,
    onProgress: ({ receivedBytes, totalBytes }) => {
      assert.equal(totalBytes, content.length);
      seen.push(receivedBytes);
    },
  });
  assert.deepEqual(readFileSync(`${folder}/deep/a`), content);
  assert.equal(seen.at(-1), content.length);
  assert.ok(!existsSync(`${folder}/deep/a.part`));
});

test('a download that was cut off goes on where it stopped', async (t) => {
  const folder = await temporaryFolder(t);
  const ranges: (string | undefined)[] = [];
  let cut = true;
  const { url } = await serve(t, (request, response) => {
    ranges.push(request.headers.range);
    if (!cut) return sendContent(request, response);
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 2000));
    // It is cut off when what came is on disk, by whatever name.
    const watch = setInterval(() => {
      const sizes = readdirSync(folder).map(
        (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size,
      );
      if (!sizes.includes(2000)) return;
      clearInterval(watch);
      response.destroy();
    }, 5);
  });
  await assert.rejects(download([`${url}/a`], `${folder}/a`, options), {
    name: 'DataError',
    message: `${folder}/a: could not be downloaded: ${url}/a (aborted)`,
  });
  assert.ok(!existsSync(`${folder}/a`));
  cut = false;
  await download([`${url}/a`], `${folder}/a`, options);
  assert.deepEqual(ranges, [undefined, 'bytes=2000-']);
  assert.deepEqual(readFileSync(`${folder}/a`), content);
});

test('two downloads of one file at once do not write into one part', async (t) => {
  const folder = await temporaryFolder(t);
  const waiting: (() => void)[] = [];
  const { url } = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 2000));
    waiting.push(() => response.end(content.subarray(2000)));
    if (waiting.length === 2) for (const finish of waiting) finish();
  });
  await put(folder, 'a.part', Buffer.alloc(100, 7)); // one of them takes it
  await Promise.all([1, 2].map(() => download([`${url}/a`], `${folder}/a`, options)));
  assert.deepEqual(readFileSync(`${folder}/a`), content);
  assert.deepEqual(readdirSync(folder), ['a']);
});

test('what a killed process has left of a download is gone on with, what a live one writes is not', async (t) => {
  const folder = await temporaryFolder(t);
  const ranges: (string | undefined)[] = [];
  const { url } = await serve(t, (request, response) => {
    ranges.push(request.headers.range);
    sendContent(request, response);
  });
  const [machine] = writerTag().split('-');
  const { pid = 0 } = spawnSync(process.execPath, ['--version']); // which is dead by now
  await put(folder, `a.${machine}-${pid}-1.part`, content.subarray(0, 3000));
  const live = `a.${machine}-${process.ppid}-1.part`;
  await put(folder, live, content.subarray(0, 1000));
  await download([`${url}/a`], `${folder}/a`, options);
  assert.deepEqual(ranges, ['bytes=3000-']);
  assert.deepEqual(readdirSync(folder), ['a', live]);
});

test('a part of another file, or one that is complete already, does not spoil the file', async (t) => {
  const folder = await temporaryFolder(t);
  const { url } = await serve(t, sendContent);
  for (const part of [Buffer.alloc(100, 7), content, Buffer.alloc(9000)]) {
    await put(folder, 'a.part', part);
    await download([`${url}/a`], `${folder}/a`, options);
    assert.deepEqual(readFileSync(`${folder}/a`), content);
  }
});

test('the next mirror is tried; if none has the file, each says why', async (t) => {
  const folder = await temporaryFolder(t);
  const { url } = await serve(t, (request, response) => {
    if (request.url === '/good') return sendContent(request, response);
    if (request.url === '/wrong') return void response.end('something else');
    if (request.url === '/moved') return void response.writeHead(302, { location: '/good' }).end();
    if (request.url === '/loop') return void response.writeHead(302, { location: '/loop' }).end();
    response.writeHead(404).end();
  });
  await download([`${url}/missing`, `${url}/moved`], `${folder}/a`, options);
  assert.deepEqual(readFileSync(`${folder}/a`), content);
  const wrong = createHash('md5').update('something else').digest('hex');
  await assert.rejects(
    download([`${url}/missing`, `${url}/wrong`, `${url}/loop`], `${folder}/b`, options),
    {
      message:
        `${folder}/b: could not be downloaded: ${url}/missing (HTTP 404), ${url}/wrong ` +
        `(md5 is ${wrong}, ${md5} is required), ${url}/loop (more than 5 redirects)`,
    },
  );
  assert.ok(!existsSync(`${folder}/b`) && !existsSync(`${folder}/b.part`));
  await assert.rejects(download([`${url}/missing`], `${folder}/new/deep/c`, options), /HTTP 404/);
  assert.ok(!existsSync(`${folder}/new`), 'no folder for a file that did not come');
});

/** Sends two bytes, and one now and then, without end. */
function trickle(response: ServerResponse, everyMs: number): void {
  response.writeHead(200);
  response.write('xx');
  const timer = setInterval(() => response.write('x'), everyMs);
  response.on('close', () => clearInterval(timer));
}

test('a server that sends hardly anything is given up, and what came is kept for the next try', async (t) => {
  const folder = await temporaryFolder(t);
  const { url } = await serve(t, (_, response) => trickle(response, 20));
  const slow = { ...options, windowMs: 200, windowBytes: 1000 };
  await assert.rejects(download([`${url}/a`], `${folder}/a`, slow), {
    name: 'DataError',
    message: /\/a \(only \d+ bytes came within \d+ s\)$/,
  });
  assert.ok(readFileSync(`${folder}/a.part`).length > 1);
});

test('a body that does not end is cut off, and nothing of it stays', async (t) => {
  const folder = await temporaryFolder(t);
  let announced = false;
  const { url } = await serve(t, (_, response) => {
    if (announced) response.writeHead(200, { 'content-length': 1e9 });
    const send = () => response.write(Buffer.alloc(4000)) && setImmediate(send);
    response.on('drain', send);
    send();
  });
  for (announced of [false, true]) {
    await assert.rejects(download([`${url}/a`], `${folder}/a`, options), {
      message: `${folder}/a: could not be downloaded: ${url}/a (it sends more than 5,000 bytes, which the file cannot have)`,
    });
    assert.deepEqual(readdirSync(folder), []);
  }
});

test('a server that answers with another part is asked for the whole, one that has none is said', async (t) => {
  const folder = await temporaryFolder(t);
  const { url } = await serve(t, ({ url: target, headers: { range } }, response) => {
    if (target === '/none') return void response.writeHead(416).end();
    if (range === undefined) return void response.writeHead(200).end(content);
    response.writeHead(206, { 'content-range': 'bytes 7-4999/5000' }).end(content.subarray(7));
  });
  const failing = (path: string) => download([`${url}${path}`], `${folder}/a`, options);
  await assert.rejects(failing('/none'), { name: 'DataError', message: /\(HTTP 416\)$/ });
  await put(folder, 'a.part', content.subarray(0, 100));
  await failing('/other');
  assert.deepEqual(readFileSync(`${folder}/a`), content);
});

test('the proxy of the environment is asked, with its password', async (t) => {
  const asked: unknown[] = [];
  const { url } = await serve(t, ({ url: target, headers }, response) => {
    asked.push([target, headers.host, headers['proxy-authorization']]);
    response.end('from the proxy');
  });
  const before = process.env.http_proxy;
  process.env.http_proxy = url.replace('//', '//me:secret@');
  try {
    const response = await httpGet('http://example.test/file?x=1');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    assert.equal(Buffer.concat(chunks).toString(), 'from the proxy');
  } finally {
    if (before === undefined) delete process.env.http_proxy;
    else process.env.http_proxy = before;
  }
  const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  assert.deepEqual(asked, [['http://example.test/file?x=1', 'example.test', basic]]);
});

test('https goes through the proxy as a tunnel', async (t) => {
  const asked: (string | undefined)[] = [];
  const { url, server } = await serve(t, () => {});
  server.on('connect', (request, socket) => {
    asked.push(request.url);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  const before = process.env.https_proxy;
  process.env.https_proxy = url;
  try {
    await assert.rejects(httpGet('https://example.test/file'), {
      message: `the proxy ${url.slice(7)} answered 403 to CONNECT example.test:443`,
    });
  } finally {
    if (before === undefined) delete process.env.https_proxy;
    else process.env.https_proxy = before;
  }
  assert.deepEqual(asked, ['example.test:443']);
});

test('which proxy is for which address', () => {
  const cases: [string, NodeJS.ProcessEnv, string | null][] = [
    ['http://a.org/x', {}, null],
    ['http://a.org/x', { http_proxy: 'http://p:1' }, 'http://p:1/'],
    ['https://a.org/x', { http_proxy: 'http://p:1' }, null],
    ['https://a.org/x', { HTTPS_PROXY: 'p:1' }, 'http://p:1/'],
    ['https://a.org/x', { ALL_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['https://a.org/x', { https_proxy: 'http://p:1', no_proxy: 'b.org, a.org' }, null],
    ['https://www.a.org/x', { https_proxy: 'http://p:1', NO_PROXY: '.a.org' }, null],
    ['https://aa.org/x', { https_proxy: 'http://p:1', no_proxy: 'a.org' }, 'http://p:1/'],
    ['https://a.org/x', { https_proxy: 'http://p:1', no_proxy: '*' }, null],
  ];
  for (const [url, env, expected] of cases)
    assert.equal(
      proxyFor(new URL(url), env)?.href ?? null,
      expected,
      `${url} ${JSON.stringify(env)}`,
    );
});
