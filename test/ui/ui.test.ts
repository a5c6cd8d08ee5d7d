/** The page's server: what it says of runs, and what it says to those who ask for something else. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { markFolder } from '../../src/io/atomic.js';
import type { RunEvents, RunRow } from '../../src/ui/protocol.js';
import { openUi } from '../../src/ui/ui.js';
import { makeRun } from '../runs/compare/made-run.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { listen } from './listen.js';

async function opened(t: TestContext, fill: (root: string) => Promise<void>) {
  const root = await temporaryFolder(t);
  await fill(root);
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const ui = await openUi(root, { host: '127.0.0.1', port: 0, token: null, onError });
  t.after(() => ui.close());
  const get = (path: string) => fetch(new URL(path, ui.url));
  return { root, url: ui.url, get, errors };
}

const hostile = `<img src=x onerror=alert(1)>"'&`;

test('a row for each run says what has become of it', async (t) => {
  const { get, root } = await opened(t, async (folder) => {
    const ended = { accuracies: [0.5, 0.7] };
    await makeRun(folder, 'ended', ended);
    await makeRun(folder, 'died', { accuracies: [0.5], summary: null });
    await makeRun(folder, 'stopped', { accuracies: [0.5], summary: { interrupted: true } });
    await makeRun(folder, 'failed', { ...ended, summary: { failed: 'the loss is NaN' } });
    await makeRun(folder, 'resumed', { ...ended, summary: { epochs: 1 } });
    await makeRun(folder, 'chosen', { ...ended, split: 'val', test: 0.66 });
    await makeRun(folder, 'broken', ended);
    await writeFile(join(folder, 'broken/config.json'), '{"recipe": 5}');
    await mkdir(join(folder, 'no-run'));
    await writeFile(join(folder, 'file'), '');
  });
  const rows = async () => (await (await get('api/runs')).json()) as RunRow[];
  const states = Object.fromEntries((await rows()).map(({ name, state }) => [name, state]));
  assert.deepEqual(states, {
    broken: 'unreadable',
    chosen: 'finished',
    died: 'died',
    ended: 'finished',
    failed: 'failed',
    resumed: 'died',
    stopped: 'stopped',
  });
  const named = (all: readonly RunRow[], name: string) => all.find((row) => row.name === name);
  const all = await rows();
  assert.equal(named(all, 'failed')?.reason, 'the loss is NaN');
  assert.match(named(all, 'broken')?.reason ?? '', /config\.json: .*recipe/s);
  assert.deepEqual(named(all, 'chosen')?.best, { epoch: 2, accuracy: 0.7, split: 'val' });
  assert.equal(named(all, 'chosen')?.test, 0.66);
  assert.equal(named(all, 'ended')?.durationMs, 5000);
  const mark = await markFolder(join(root, 'died'), 'training');
  assert.ok(typeof mark !== 'number');
  await new Promise((resolve) => setTimeout(resolve, 500)); // rows are kept that long
  assert.equal(named(await rows(), 'died')?.state, 'running');
  await mark.remove();
});

test('a stream tells the logs as they grow, and after a break what was missed', async (t) => {
  const { root, url } = await opened(t, async (folder) => {
    await makeRun(folder, 'run', { accuracies: [0.5], summary: null });
  });
  const step = (n: number) =>
    `${JSON.stringify({ step: n, epoch: 1, loss: 1 / n, lr: 0.1, samples: 8 })}\n`;
  const log = join(root, 'run/steps.jsonl');
  await writeFile(log, step(1) + step(2));
  const address = new URL('api/run/events?run=run', url);
  const lines = ({ data }: { data: unknown }) => (data as RunEvents['lines']).steps.map(([n]) => n);
  const first = await listen(address);
  const began = await first.until('lines');
  assert.deepEqual(lines(began), [1, 2]);
  await appendFile(log, step(3));
  const then = await first.until('lines');
  assert.deepEqual(lines(then), [3]);
  await first.close();
  await appendFile(log, step(4));
  const second = await listen(address, began.id);
  assert.deepEqual(lines(await second.until('lines')), [3, 4]);
  await writeFile(log, step(9)); // it has gone back to a checkpoint
  const reset = await second.until('lines');
  assert.equal((reset.data as RunEvents['lines']).reset, true);
  assert.deepEqual(lines(await second.until('lines')), [9]);
  await rm(join(root, 'run'), { recursive: true });
  for (;;) if ((await second.until('row')).data === null) break;
  await second.close();
});

test('a damaged log is told, once, and the stream stays', async (t) => {
  const { root, url, errors } = await opened(t, async (folder) => {
    await makeRun(folder, 'run', { accuracies: [0.5], summary: null });
  });
  await appendFile(join(root, 'run/steps.jsonl'), '{"step":"three"}\n');
  const stream = await listen(new URL('api/run/events?run=run', url));
  const { data } = await stream.until('problem');
  assert.match(String(data), /steps\.jsonl: .*step/s);
  await stream.close();
  await appendFile(join(root, 'run/steering.jsonl'), 'no json\n');
  await writeFile(join(root, 'run/steps.jsonl'), '');
  const again = await listen(new URL('api/run/events?run=run', url));
  assert.match(String((await again.until('problem')).data), /steering\.jsonl: a line is not JSON/);
  await again.close();
  assert.deepEqual(errors, []);
});

test('a log that is a folder or a pipe damages its own run, and keeps nobody waiting', async (t) => {
  const logs = ['metrics.jsonl', 'steps.jsonl', 'times.jsonl'];
  const { get, url, root, errors } = await opened(t, async (folder) => {
    for (const log of ['no', ...logs]) await makeRun(folder, log, { accuracies: [0.5, 0.6] });
  });
  for (const log of logs) {
    await rm(join(root, log, log), { force: true });
    await mkdir(join(root, log, log));
  }
  // A reader of a pipe waits until somebody writes into it, on one of the few threads that read files.
  const pipe = join(root, 'steps.jsonl/steps.jsonl');
  if (spawnSync('mkfifo', [`${pipe}-`]).status === 0) {
    await rm(pipe, { recursive: true });
    await rename(`${pipe}-`, pipe);
  }
  const rows = (await (await get('api/runs')).json()) as RunRow[];
  const states = Object.fromEntries(rows.map(({ name, state }) => [name, state]));
  const damaged = Object.fromEntries(logs.map((log) => [log, 'unreadable']));
  assert.deepEqual(states, { no: 'finished', ...damaged });
  const stream = await listen(new URL('api/run/events?run=steps.jsonl', url));
  assert.match(String((await stream.until('problem')).data), /steps\.jsonl: is no regular file/);
  await stream.close();
  assert.deepEqual(errors, []);
});

test('the table tells of runs that come and go', async (t) => {
  const { root, url } = await opened(t, async () => {});
  const table = await listen(new URL('api/runs/events', url));
  assert.deepEqual((await table.until('rows')).data, []);
  await makeRun(root, hostile.replaceAll('/', ''), { accuracies: [0.5, 0.6] });
  let rows = (await table.until('rows')).data as RunRow[];
  while (rows[0]?.state !== 'finished') rows = (await table.until('rows')).data as RunRow[];
  assert.equal(rows[0]?.name, hostile);
  await table.close();
});

test('no request leads out of the folder, or to a file that is not on the list', async (t) => {
  const { get, root, errors } = await opened(t, async (folder) => {
    await makeRun(folder, 'run', { accuracies: [0.5, 0.6] });
    await makeRun(join(folder, 'inner'), 'hidden', { accuracies: [0.5] });
    await symlink('/etc/passwd', join(folder, 'run/samples.png'));
    await writeFile(join(folder, 'run/report.html'), '<script>alert(1)</script>');
  });
  for (const run of [
    ...['', '..', '.', '/', '../run', `${root}/run`, 'run/../run', 'run/', 'run\0', 'inner/hidden'],
    ...['..%2frun', '%2e%2e', 'run%00', '__proto__', 'no-run'],
  ])
    for (const path of [
      'api/run?',
      'api/run/events?',
      'api/run/file?file=report.html&',
      'compare?',
    ]) {
      const { status } = await get(`${path}${new URLSearchParams({ run })}`);
      assert.equal(status, 404, `${path} ${run}`);
    }
  for (const file of ['config.json', '../run/report.html', 'checkpoints/best.safetensors', ''])
    assert.equal((await get(`api/run/file?run=run&${new URLSearchParams({ file })}`)).status, 404);
  assert.equal((await get('api/run/file?run=run&file=samples.png')).status, 404); // a link
  const page = await get('api/run/file?run=run&file=report.html');
  assert.match(page.headers.get('content-security-policy') ?? '', /^sandbox allow-scripts; /);
  assert.equal((await get('..%2f..%2fetc/passwd')).status, 404);
  assert.deepEqual(errors, []);
});

test('names of runs do nothing in a comparison; other hosts and other sites are refused', async (t) => {
  const { get, url } = await opened(t, async (folder) => {
    await makeRun(folder, hostile.replaceAll('/', ''), { accuracies: [0.5, 0.6] });
    await makeRun(folder, 'run', { accuracies: [0.5, 0.7], classes: [hostile, 'b'] });
  });
  const query = new URLSearchParams([
    ['run', hostile],
    ['run', 'run'],
    ['run', 'nowhere'],
  ]);
  const page = await get(`compare?${query}`);
  const text = await page.text();
  assert.ok(!text.includes('<img') && text.includes('&#60;img'), 'names are text');
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  const origin = { headers: { origin: 'http://evil.example' } };
  assert.equal((await fetch(new URL('api/runs', url), origin)).status, 403);
});
