import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { readModelCard } from '../../src/io/model-card.js';
import { RunFolder } from '../../src/io/run-folder.js';

const start = process.cwd();
let folder = '';
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'wick-run-')));
  process.chdir(folder);
});
afterEach(async () => {
  process.chdir(start);
  await rm(folder, { recursive: true, force: true });
});

test('runs are numbered', async () => {
  assert.equal((await RunFolder.create('digits')).path, join('runs', 'digits-1'));
  assert.equal((await RunFolder.create('digits')).path, join('runs', 'digits-2'));
  assert.equal((await RunFolder.create('mnist')).path, join('runs', 'mnist-1'));
});

test('two runs that start at once get different folders', async () => {
  const runs = await Promise.all(Array.from({ length: 5 }, () => RunFolder.create('digits')));
  assert.equal(new Set(runs.map((run) => run.path)).size, 5);
});

test('a chosen folder must be empty', async () => {
  await mkdir('mine');
  assert.equal((await RunFolder.create('digits', 'mine')).path, 'mine');
  await writeFile('mine/notes.txt', 'keep me');
  await assert.rejects(RunFolder.create('digits', 'mine'), {
    name: 'DataError',
    message:
      'mine: holds 1 files already (notes.txt, …), a new run needs an empty folder; choose another --out',
  });
});

test('opening what is no run says so and names runs that are there', async () => {
  await assert.rejects(RunFolder.open('runs/nothing'), {
    message:
      'runs/nothing: cannot be opened (ENOENT: no such file or directory); wick train makes one',
  });
  await RunFolder.create('digits');
  await assert.rejects(RunFolder.open('runs/digits-1'), {
    message: 'runs/digits-1: is not a run folder: model.json is missing; here are runs/digits-1',
  });
});

test('logs grow by lines, and an unfinished last line is left out', async () => {
  const run = await RunFolder.create('digits');
  await run.append('steps.jsonl', [{ step: 1 }, { step: 2 }]);
  await run.append('steps.jsonl', []);
  await run.append('steps.jsonl', [{ step: 3 }]);
  await appendFile(run.file('steps.jsonl'), '{"step": 4, "lo');
  assert.deepEqual(await run.readLog('steps.jsonl'), [{ step: 1 }, { step: 2 }, { step: 3 }]);
  assert.deepEqual(await run.readLog('metrics.jsonl'), []);
});

test('a model card with a wrong field is refused by name', async () => {
  const run = await RunFolder.create('digits');
  const card = {
    format: 'wick-model/1',
    architecture: { name: 'mnistCnn', options: { numClasses: 2 } },
    inputShape: [1, 28, 28],
    classes: ['0', '1'],
    transform: { name: 'ToTensor' },
  };
  await run.write('model.json', card);
  assert.deepEqual(await readModelCard(run), card);
  await run.write('model.json', { ...card, inputShape: [1, 28, 'wide'] });
  await assert.rejects(readModelCard(run), (error: Error) =>
    error.message.startsWith("runs/digits-1/model.json: field 'inputShape.2': "),
  );
  await writeFile(run.file('model.json'), '{ "format": ');
  await assert.rejects(readModelCard(run), (error: Error) =>
    error.message.startsWith('runs/digits-1/model.json: cannot be read ('),
  );
});
