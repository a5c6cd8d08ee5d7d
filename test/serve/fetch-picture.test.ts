/** Pictures from addresses that others choose: of the public internet alone. */
import assert from 'node:assert/strict';
import type { lookup as dnsLookup } from 'node:dns';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { fetchPicture } from '../../src/serve/fetch-picture.js';
import { isPublicAddress } from '../../src/serve/public-address.js';

test('addresses that lead elsewhere than to the public internet', () => {
  for (const address of [
    '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255',
    '192.0.0.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.1.1.1 255.255.255.255',
    ':: ::1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::a00:1 fc00::1 fd12::1 fe80::1 ff02::1 100::1',
    '2001::1 2001:db8::1 2002:a00:1::1 3fff::1 localhost example.org 1.2.3',
  ].flatMap((line) => line.split(' ')))
    assert.equal(isPublicAddress(address), false, address);
  for (const address of ['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])
    assert.equal(isPublicAddress(address), true, address);
});

async function site(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
}

const never = new AbortController().signal;
const here = { maxBytes: 1000, timeoutMs: 60_000, isAllowed: () => true };

test('a picture is fetched, by way of redirections; nothing else is told', async (t) => {
  const asked: (string | undefined)[] = [];
  const url = await site(t, (request, response) => {
    asked.push(request.headers.cookie ?? request.headers.authorization);
    if (request.url === '/moved') response.writeHead(302, { location: '/picture' }).end();
    else response.end('bytes');
  });
  const bytes = await fetchPicture(`${url}/moved`, never, here);
  assert.equal(Buffer.from(bytes).toString(), 'bytes');
  assert.deepEqual(asked, [undefined, undefined]);
});

test('what leads into the own network is not asked at all', async (t) => {
  let asked = 0;
  const url = await site(t, (_, response) => {
    asked++;
    response.end('secret');
  });
  const { port } = new URL(url);
  const strict = { maxBytes: 1000, timeoutMs: 60_000 };
  for (const host of [
    '127.0.0.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '2130706433',
    '0x7f.1',
  ])
    await assert.rejects(
      fetchPicture(`http://${host}:${port}/`, never, strict),
      { status: 403 },
      host,
    );
  await assert.rejects(fetchPicture(`http://a:b@127.0.0.1:${port}/`, never, strict), {
    status: 400,
  });
  assert.equal(asked, 0);
});

test('a redirection is looked at as the first address is', async (t) => {
  const inner = await site(t, (_, response) => response.end('secret'));
  const outer = await site(t, (_, response) =>
    response.writeHead(302, { location: inner.replace('127.0.0.1', '127.0.0.2') }).end(),
  );
  const isAllowed = (address: string) => address === '127.0.0.1';
  await assert.rejects(fetchPicture(outer, never, { ...here, isAllowed }), { status: 403 });
  for (const location of ['file:///etc/passwd', 'gopher://x/', 'http://[/']) {
    const to = await site(t, (_, response) => response.writeHead(302, { location }).end());
    await assert.rejects(fetchPicture(to, never, here), (error: { status?: number }) =>
      [400, 502].includes(error.status ?? 0),
    );
  }
});

test('a name that leads into the own network too is not asked', async (t) => {
  let asked = 0;
  const url = await site(t, (_, response) => {
    asked++;
    response.end('bytes');
  });
  const named = url.replace('127.0.0.1', 'pictures.example');
  const isAllowed = (address: string) => address === '127.0.0.1';
  const found = (...addresses: readonly string[]) =>
    ((_host: string, _options: object, done: (...found: unknown[]) => void) =>
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      )) as unknown as typeof dnsLookup; // as it is called here
  await fetchPicture(named, never, { ...here, isAllowed, lookup: found('127.0.0.1') });
  assert.equal(asked, 1);
  const both = { ...here, isAllowed, lookup: found('127.0.0.1', '10.0.0.1') };
  await assert.rejects(fetchPicture(named, never, both), { status: 403 });
  assert.equal(asked, 1);
});

test('servers that send too much, too slowly, in circles or nothing', async (t) => {
  const url = await site(t, (request, response) => {
    if (request.url === '/large') response.end('x'.repeat(1001));
    else if (request.url === '/endless') {
      response.writeHead(200, { 'transfer-encoding': 'chunked' });
      const more = () => response.destroyed || response.write('x'.repeat(100), more);
      more();
    } else if (request.url === '/slow') response.write('x');
    else if (request.url === '/circle') response.writeHead(302, { location: '/circle' }).end();
    else response.writeHead(404).end();
  });
  for (const [path, status] of [
    ['/large', 413],
    ['/endless', 413],
    ['/circle', 502],
    ['/none', 502],
  ] as const)
    await assert.rejects(fetchPicture(url + path, never, here), { status }, path);
  const quick = { ...here, timeoutMs: 100 };
  await assert.rejects(fetchPicture(`${url}/slow`, never, quick), { status: 504 });
  await assert.rejects(fetchPicture('http://127.0.0.1:1/', never, here), { status: 502 });
  const gone = new Error('gone');
  await assert.rejects(fetchPicture(`${url}/slow`, AbortSignal.abort(gone), here), gone);
});
