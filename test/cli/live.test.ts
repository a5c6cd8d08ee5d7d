/** `wick train --live`: its page is there while it trains, and ends after it; the training goes on without it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { RunRow } from '../../src/ui/protocol.js';
import { commandLine, temporaryFolder, wick } from './run-wick.js';

const folder = temporaryFolder();

test('the page of a training opens with it, stops it, and ends after it', async (t) => {
  const args = ['digits', '--epochs', '1000', '--limit', '100', '--threads', '1', '--seed', '0'];
  const more = ['--no-report', '--json', '--live', '--out', 'run'];
  const [program, ...rest] = commandLine(['train', ...args, ...more]);
  const training = spawn(program, rest, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => training.kill('SIGKILL'));
  let live: string | undefined;
  const events: string[] = [];
  const lines = createInterface({ input: training.stdout });
  for await (const line of lines) {
    const { event, url } = JSON.parse(line);
    events.push(event);
    if (event === 'live') live = url;
    if (event === 'epoch' && live !== undefined) break;
  }
  assert.deepEqual(events.slice(0, 3), ['start', 'live', 'epoch']);
  const { origin, searchParams } = new URL(live ?? '');
  const authorization = `Bearer ${searchParams.get('token')}`;
  assert.equal((await fetch(origin)).status, 401, 'others have no token');
  const rows = async () =>
    (await (await fetch(`${origin}/api/runs`, { headers: { authorization } })).json()) as RunRow[];
  assert.deepEqual(
    (await rows()).map(({ name, state }) => [name, state]),
    [['run', 'running']],
  );
  training.stdout.resume();
  const asked = await fetch(`${origin}/api/run/control?run=run`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: '{"action":"stop"}',
  });
  assert.equal(asked.status, 200);
  const [code] = await once(training, 'close');
  assert.equal(code, 130);
  let state: string | undefined = 'running';
  while (state === 'running') {
    await setTimeout(50); // it looks at the folder now and then
    state = (await rows())[0]?.state;
  }
  assert.equal(state, 'stopped', 'the page tells how it ended');
  for (;;) {
    if (
      await rows().then(
        () => false,
        () => true,
      )
    )
      break;
    await setTimeout(100);
  }
});

test('--open is for --live, and --live for trainings', () => {
  const open = wick(folder, ['train', 'digits', '--open']);
  assert.deepEqual([open.code, open.err.split('\n')[0]], [2, 'error: --open is for --live']);
  assert.equal(wick(folder, ['train', 'digits', '--live', '--dry-run']).code, 2);
});
