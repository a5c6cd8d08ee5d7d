/** Steering from a page: only where it is allowed, only what trains, only what is known. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { markFolder } from '../../src/io/atomic.js';
import { openUi } from '../../src/ui/ui.js';
import { makeRun } from '../runs/compare/made-run.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

const token = 'correct-horse-battery';

async function opened(t: TestContext, control: boolean) {
  const root = await temporaryFolder(t);
  await makeRun(root, 'run', { accuracies: [0.5], summary: null });
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const ui = await openUi(root, { host: '127.0.0.1', port: 0, token, control, onError });
  t.after(() => ui.close());
  const post = (body: unknown, headers: Readonly<Record<string, string>> = {}, run = 'run') =>
    fetch(new URL(`api/run/control?${new URLSearchParams({ run })}`, ui.url), {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...headers,
      },
    });
  return { root, post, errors };
}

test('a page that is read only steers nothing', async (t) => {
  const { post } = await opened(t, false);
  assert.equal((await post({ action: 'stop' })).status, 404);
});

test('what is asked for is checked, and waits for the training', async (t) => {
  const { root, post, errors } = await opened(t, true);
  assert.equal((await post({ action: 'stop' })).status, 409, 'nobody trains in it');
  const mark = await markFolder(join(root, 'run'), 'training');
  t.after(() => (typeof mark === 'number' ? undefined : mark.remove()));
  const refused: readonly (readonly [unknown, number, Readonly<Record<string, string>>?])[] = [
    [{ action: 'explode' }, 422],
    [{ action: 'lr', lr: 0 }, 422],
    [{ action: 'lr', lr: '1' }, 422],
    [{ action: 'lr', lr: 1e300 }, 422],
    [{ action: 'stop', more: 1 }, 422],
    ['null', 422],
    ['{', 400],
    [{ action: 'stop' }, 415, { 'content-type': 'text/plain' }],
    [{ action: 'stop' }, 403, { origin: 'http://evil.example' }],
    [{ action: 'stop' }, 403, { 'sec-fetch-site': 'cross-site' }],
    [{ action: 'stop' }, 401, { authorization: 'Bearer wrong' }],
  ];
  for (const [body, status, headers] of refused)
    assert.equal((await post(body, headers)).status, status, JSON.stringify(body));
  assert.equal((await post({ action: 'stop' }, {}, '../run')).status, 404);
  const asked = () => readFile(join(root, 'run/control.jsonl'), 'utf8');
  await assert.rejects(asked());
  assert.equal((await post({ action: 'lr', lr: 0.01 })).status, 200);
  assert.equal((await post({ action: 'stop' })).status, 200);
  assert.equal(await asked(), '{"action":"lr","lr":0.01}\n{"action":"stop"}\n');
  assert.deepEqual(errors, []);
});
