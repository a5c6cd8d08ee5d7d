/** `wick ui --control`: a training that it has started goes on when it is killed, and is found again. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { RunRow } from '../../src/ui/protocol.js';
import { fillFolder } from '../recipes/picture-folder.js';
import { ask } from '../serve/ask.js';
import { filesBelow } from './files-below.js';
import { commandLine, temporaryFolder, wick } from './run-wick.js';

const folder = temporaryFolder();

async function openServer(t: TestContext) {
  const [program, ...args] = commandLine(['ui', '.', '--control', '--port', '0', '--json']);
  const server = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => server.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  const { origin, searchParams } = new URL(JSON.parse(line).url);
  const authorization = `Bearer ${searchParams.get('token')}`;
  const ask = async <T>(
    path: string,
    method = 'GET',
    body?: string | Uint8Array<ArrayBuffer>,
  ): Promise<T> => {
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(`${origin}/${path}`, { method, headers, ...(body && { body }) });
    assert.equal(response.status, 200, `${path}: ${response.status}`);
    return (await response.json()) as T;
  };
  const state = async (run: string) =>
    (await ask<RunRow[]>('api/runs')).find(({ name }) => name === run)?.state;
  return { server, ask, state };
}

test('a killed server takes no training with it, and the next one steers it', async (t) => {
  const photos = join(folder, 'photos');
  await fillFolder(photos, { green: 10, red: 10 });
  const first = await openServer(t);
  const { folder: sent } = await first.ask<{ folder: string }>(
    'api/folders',
    'POST',
    '{"name":"photos"}',
  );
  for (const path of await filesBelow(photos)) {
    const query = new URLSearchParams({ folder: sent, path });
    const bytes = new Uint8Array(await readFile(join(photos, path)));
    await first.ask(`api/folders/file?${query}`, 'PUT', bytes);
  }
  const options = { epochs: 10_000, model: 'lenet', imageSize: 32, seed: 0 };
  const start = JSON.stringify({ folder: sent, options });
  const { run } = await first.ask<{ run: string }>('api/trainings', 'POST', start);
  while ((await first.state(run)) !== 'running') await setTimeout(100);
  first.server.kill('SIGKILL');
  await once(first.server, 'exit');
  const second = await openServer(t);
  assert.equal(await second.state(run), 'running');
  const details = () => second.ask(`api/run?run=${run}`).catch(() => null);
  while ((await details()) === null) await setTimeout(100);
  await second.ask(`api/run/control?run=${run}`, 'POST', '{"action":"stop"}');
  while ((await second.state(run)) === 'running') await setTimeout(100);
  const log = await readFile(join(folder, '.ui/logs', `${run}.log`), 'utf8');
  assert.match(log, /\(by hand\)\./);
});

test('it is reached by the names that are allowed, and by no others', async (t) => {
  const args = [
    'ui',
    '.',
    '--port',
    '0',
    '--json',
    '--allow-host',
    'wick.example.org',
    'b.example',
  ];
  const [program, ...rest] = commandLine(args);
  const server = spawn(program, rest, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => server.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  const port = Number(new URL(JSON.parse(line).url).port);
  const status = async (host: string) => (await ask(port, '/', { headers: { host } })).status;
  assert.deepEqual(
    await Promise.all(['wick.example.org', 'b.example:80', 'evil.example'].map(status)),
    [200, 200, 403],
  );
});

test('it goes on where nobody reads its output', async (t) => {
  const port = await freePort();
  const [program, ...args] = commandLine(['ui', '.', '--port', String(port)]);
  const server = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => server.kill('SIGKILL'));
  server.stdout.destroy(); // before it has said where it is
  const exit = once(server, 'exit');
  let isThere = false;
  while (!isThere && server.exitCode === null) {
    await setTimeout(100);
    isThere = await ask(port, '/').then(
      ({ status }) => status === 200,
      () => false,
    );
  }
  await setTimeout(500); // by then it has found out
  assert.equal((await ask(port, '/api/runs')).status, 200);
  server.kill('SIGTERM');
  assert.deepEqual(await exit, [0, null]);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a port is listened on
  server.close();
  await once(server, 'close');
  return port;
}

test('a folder that is not there is told', () => {
  const none = wick(folder, ['ui', 'nowhere']);
  assert.deepEqual([none.code, none.out], [1, '']);
  assert.match(
    none.err,
    /^DataError: nowhere: cannot be opened \(ENOENT: no such file or directory\); wick train makes runs/,
  );
});
