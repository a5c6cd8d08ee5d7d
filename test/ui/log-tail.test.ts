/** Reading a log that grows: nothing twice, nothing left out, and from the start where it is another. */
import assert from 'node:assert/strict';
import { appendFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogTail } from '../../src/ui/log-tail.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

const line = (step: number, loss = 1) =>
  `${JSON.stringify({ step, epoch: 1, loss, lr: 0.1, samples: 8 })}\n`;
const lines = (from: number, to: number, loss = 1) =>
  Array.from({ length: to - from + 1 }, (_, i) => line(from + i, loss)).join('');

async function opened(t: Parameters<typeof temporaryFolder>[0]) {
  const path = join(await temporaryFolder(t), 'steps.jsonl');
  const tail = (cursor?: string) => new LogTail(path, 'steps.jsonl', cursor);
  const read = async (of: ReturnType<typeof tail>) => {
    const { reset, lines } = await of.read();
    return { reset, steps: lines.map(({ step }) => step) };
  };
  return { path, tail, read };
}

test('lines come once, whole, whoever asks with the cursor', async (t) => {
  const { path, tail, read } = await opened(t);
  const first = tail();
  assert.deepEqual(await read(first), { reset: false, steps: [] }); // no file yet
  await writeFile(path, lines(1, 3) + line(4).slice(0, 20));
  assert.deepEqual(await read(first), { reset: false, steps: [1, 2, 3] });
  assert.deepEqual(await read(first), { reset: false, steps: [] });
  const { cursor } = first;
  await appendFile(path, line(4).slice(20) + lines(5, 40));
  const rest = Array.from({ length: 37 }, (_, i) => i + 4);
  assert.deepEqual(await read(tail(cursor)), { reset: false, steps: rest });
  assert.deepEqual(await read(first), { reset: false, steps: rest });
  assert.deepEqual(await read(tail(first.cursor)), { reset: false, steps: [] });
});

test('a log that was cut, grown again with other lines, or removed is begun anew', async (t) => {
  const { path, tail, read } = await opened(t);
  await writeFile(path, lines(1, 20));
  const of = tail();
  await of.read();
  await truncate(path, lines(1, 10).length);
  assert.deepEqual(await read(of), { reset: true, steps: [] });
  assert.equal((await read(of)).steps.length, 10);
  const { cursor } = of;
  await truncate(path, lines(1, 5).length);
  await appendFile(path, lines(6, 20, 2)); // as long as before, and other numbers
  assert.deepEqual(await read(tail(cursor)), { reset: true, steps: [] });
  await truncate(path, lines(1, 5).length);
  await appendFile(path, lines(6, 20));
  assert.deepEqual(
    (await read(tail(cursor))).steps,
    Array.from({ length: 10 }, (_, i) => i + 11),
    'a resume that makes the same lines again is no other log',
  );
  await rm(path);
  assert.equal((await read(tail(cursor))).reset, true);
});

test('what is no cursor begins at the start; a damaged line is an error that names the file', async (t) => {
  const { path, tail, read } = await opened(t);
  await writeFile(path, lines(1, 2));
  for (const cursor of ['', '-1-00000000', '9'.repeat(40), '../../etc/passwd'])
    assert.deepEqual((await read(tail(cursor))).steps, [1, 2], cursor);
  assert.equal((await read(tail('7-deadbeef'))).reset, true);
  await appendFile(path, '{"step":"three"}\n');
  await assert.rejects(tail().read(), /steps\.jsonl: .*step/s);
});
