/** `wick serve` as users start and end it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { untrainedRun } from '../runs/untrained-run.js';
import { ask } from '../serve/ask.js';
import { greyPng } from '../serve/small-server.js';
import { commandLine, temporaryFolder, wick, wickAgain } from './run-wick.js';

const cwd = temporaryFolder();
const made = untrainedRun(cwd);

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  readonly token: string | undefined;
  /** All of stderr until now. */
  err(): string;
}

/** `wick serve run --port 0 --json`, once it listens. */
async function start(t: TestContext, args: readonly string[], env: object = {}): Promise<Started> {
  await made;
  const line = ['serve', 'run', '--port', '0', '--json', '--threads', '1', ...args];
  const [program, ...rest] = commandLine(line);
  const child = spawn(program, rest, { cwd, env: { ...process.env, ...env } });
  t.after(() => child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const ended = once(child, 'exit');
  while (!out.includes('\n')) {
    await Promise.race([once(child.stdout, 'data'), ended]);
    assert.equal(child.exitCode, null, err);
  }
  const { url, models, token } = JSON.parse(out.split('\n')[0] ?? '');
  assert.deepEqual(models, ['run']);
  return { child, port: Number(new URL(url).port), token, err: () => err };
}

/** Lets the server load its models anew, and waits until they answer. */
async function reload(child: ChildProcess, port: number): Promise<void> {
  const before = (await ask(port, '/models')).body;
  child.kill('SIGHUP');
  while ((await ask(port, '/models')).body === before) await new Promise((r) => setTimeout(r, 20));
}

test('it answers, loads anew on SIGHUP, and ends on SIGTERM', async (t) => {
  const { child, port, err } = await start(t, []);
  const picture = { method: 'POST', headers: { 'content-type': 'image/png' } };
  const body = await greyPng(1);
  assert.equal((await ask(port, '/predict', { ...picture, body })).status, 200);
  await reload(child, port);
  assert.equal((await ask(port, '/predict', { ...picture, body })).status, 200);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.deepEqual([code, err()], [0, '']);
});

test('it goes on where nobody reads its output any more', async (t) => {
  const { child, port, err } = await start(t, []);
  child.stdout?.destroy();
  for (let n = 0; n < 2; n++) await reload(child, port); // it says so, to nobody
  assert.equal((await ask(port, '/health')).status, 200);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.deepEqual([code, err()], [0, '']);
});

const script = spawnSync('script', ['--version']);

test('it ends with its terminal, though it takes a SIGHUP of anybody else for a reload', {
  skip: script.status !== 0 && 'script (of util-linux) makes the terminal',
}, async (t) => {
  await made;
  const line = commandLine(['serve', 'run', '--port', '0', '--threads', '1']).join(' ');
  const terminal = spawn('script', ['--quiet', '--command', line, '/dev/null'], {
    cwd,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => terminal.kill('SIGKILL'));
  let out = '';
  terminal.stdout.on('data', (chunk) => {
    out += chunk;
  });
  while (!out.includes('Ctrl-C')) await once(terminal.stdout, 'data');
  const port = Number(/:(\d+)\//.exec(out)?.[1]);
  assert.equal((await ask(port, '/health')).status, 200);
  terminal.kill('SIGKILL');
  await assert.rejects(async () => {
    for (;;) await ask(port, '/health');
  });
});

test('where other machines reach it a token is needed, and told', async (t) => {
  const { port, token = '' } = await start(t, ['--host', '0.0.0.0']);
  assert.match(token, /^[\w-]{32}$/);
  assert.equal((await ask(port, '/models')).status, 401);
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await ask(port, '/models', { headers })).status, 200);
  const mine = await start(t, [], { WICK_TOKEN: 'correct-horse-battery' });
  assert.equal((await ask(mine.port, '/models')).status, 401);
});

test('what is wrong is said at once', async (t) => {
  await made;
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const port = String(Object(other.address()).port);
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['serve'], 2, /missing required argument 'run'/],
    [['serve', 'nowhere'], 1, /^DataError: nowhere: cannot be opened/],
    [['serve', 'run', join('.', 'run')], 1, /are both called 'run'; give it once/],
    [['serve', 'run', '--port', '99999'], 2, /a whole number from 0 to 65,535/],
    [
      ['serve', 'run', '--port', port],
      1,
      /cannot be listened on \(.*EADDRINUSE.*\); pass --port 0 for a free one/,
    ],
    [
      ['serve', 'run', '--host', '203.0.113.1'],
      1,
      /EADDRNOTAVAIL.*\); host must be an address of this machine/,
    ],
    [['serve', 'run', '--host', 'nowhere.invalid'], 1, /ENOTFOUND.*\); host must be an address/],
    [['serve', 'run', '--allow-host', 'http://x/'], 2, /the name of a host is required/],
    [['serve', 'run', '--max-body', '0'], 2, /a number above 0/],
  ];
  for (const [args, code, words] of cases) {
    const told = await wickAgain(cwd, args);
    assert.equal(told.code, code, told.err);
    assert.match(told.err, words);
    assert.equal(told.out, '');
  }
  const short = wick(cwd, ['serve', 'run'], { WICK_TOKEN: 'abc' });
  assert.match(short.err, /^ValueError: WICK_TOKEN: must have at least 16 characters/);
});
