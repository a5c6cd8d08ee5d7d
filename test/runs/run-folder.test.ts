import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { writeFileAtomic } from '../../src/io/atomic.js';
import { readModelCard } from '../../src/runs/model-card.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import '../../src/ops/index.js';
import { tensor } from '../../src/tensor/creation.js';

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
      "mine: holds 1 files already (notes.txt, …), a new run needs an empty folder; choose another: { out: 'FOLDER' }",
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

test('a study is said to be one, with where its runs are, and is not listed among runs', async () => {
  await mkdir('runs/digits-tune-1/trials', { recursive: true });
  await writeFile('runs/digits-tune-1/study.json', '{}');
  await RunFolder.create('digits');
  await assert.rejects(RunFolder.open('runs/nothing'), /; here are runs\/digits-1$/);
  const what = 'runs/digits-tune-1: is a study of wick tune, a run folder is required; ';
  for (const open of [RunFolder.open, RunFolder.reopen])
    await assert.rejects(open('runs/digits-tune-1'), { message: `${what}it has no runs yet` });
  const trials = ['001', '002', '003', '004'].map((name) => `runs/digits-tune-1/trials/${name}`);
  for (const trial of trials) await mkdir(trial);
  await assert.rejects(RunFolder.open('runs/digits-tune-1'), {
    message: `${what}its runs are ${trials.slice(0, 3).join(', ')}, …`,
  });
});

test('a file is no run: of a model it is said what a run is required for', async () => {
  await writeFile('m.wick', '');
  await writeFile('notes.txt', '');
  for (const open of [RunFolder.open, RunFolder.reopen]) {
    await assert.rejects(open('m.wick'), {
      name: 'DataError',
      message:
        'm.wick: is a model alone, a run folder is required: it has the settings and logs of the training; wick train makes one',
    });
    await assert.rejects(open('notes.txt'), {
      message: 'notes.txt: is a file, a run folder is required; wick train makes one',
    });
  }
});

const stepLine = (step: number) => ({ step, epoch: 1, loss: 0.5, lr: 0.1, samples: 8 });

test('logs grow by lines, and an unfinished last line is left out', async () => {
  const run = await RunFolder.create('digits');
  await run.append('steps.jsonl', [stepLine(1), stepLine(2)]);
  await run.append('steps.jsonl', []);
  await run.append('steps.jsonl', [stepLine(3)]);
  await appendFile(run.file('steps.jsonl'), '{"step": 4, "lo');
  assert.deepEqual(await run.readLog('steps.jsonl'), [1, 2, 3].map(stepLine));
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
    error.message.startsWith('runs/digits-1/model.json: is no JSON ('),
  );
});

const weights = new Map([['w', tensor([1, 2])]]);

/** A run that has everything. */
async function wholeRun(out?: string): Promise<RunFolder> {
  const run = await RunFolder.create('digits', out);
  await run.write('model.json', {});
  await run.write('config.json', {});
  await run.append('steps.jsonl', [stepLine(1)]);
  await run.saveWeights(['best', 'last'], weights, {});
  return run;
}

test('discarding a run removes what it wrote, and nothing of others', async () => {
  const run = await wholeRun('mine');
  await writeFile('mine/my-notes.txt', 'thesis');
  await mkdir('mine/checkpoints/old');
  await run.discard();
  assert.deepEqual(await readdir('mine'), ['checkpoints', 'my-notes.txt']);
  assert.deepEqual(await readdir('mine/checkpoints'), ['old']);

  const alone = await wholeRun();
  await alone.discard();
  assert.deepEqual(await readdir('runs'), []);

  await mkdir('empty');
  await (await wholeRun('empty')).discard();
  assert.deepEqual(await readdir('empty'), [], 'a folder that was there before stays');
});

test('a run whose folder is removed, replaced or emptied is not begun anew', async () => {
  const gone = {
    name: 'DataError',
    message:
      /was removed, emptied or replaced while the run went on; nothing more can be saved in it$/,
  };
  const removed = await wholeRun('removed');
  await rm('removed', { recursive: true });
  await assert.rejects(removed.saveWeights(['last'], weights, {}), gone);
  await assert.rejects(removed.append('steps.jsonl', [stepLine(1)]), gone);
  await assert.rejects(removed.write('summary.json', {}), gone);
  await assert.rejects(readdir('removed'));

  const replaced = await wholeRun('replaced');
  await rename('replaced', 'moved');
  await wholeRun('replaced');
  await assert.rejects(replaced.saveWeights(['last'], weights, {}), gone);

  const emptied = await wholeRun('emptied');
  await rm('emptied/model.json');
  await assert.rejects(emptied.saveWeights(['last'], weights, {}), gone);
});

test('weights are saved under both names, and the best that there are is found', async () => {
  const run = await RunFolder.create('digits');
  await run.write('model.json', {});
  await assert.rejects(run.bestCheckpoint(), {
    message:
      'runs/digits-1: has no weights: the run ended before it saved any; wick train --resume runs/digits-1 goes on with it',
  });
  assert.equal(await run.hasWeights(), false);
  await run.saveWeights(['last'], weights, {});
  assert.equal(await run.hasWeights(), true);
  assert.equal(await run.bestCheckpoint(), 'last');
  await run.saveWeights(['best', 'last'], weights, {});
  assert.equal(await run.bestCheckpoint(), 'best');
  assert.deepEqual(await readFile(run.checkpoint('best')), await readFile(run.checkpoint('last')));
});

test('what cannot be written is told, and what was there before is whole', async () => {
  const run = await wholeRun();
  const before = await readFile(run.checkpoint('last'));
  await rm(run.checkpoint('best'));
  await mkdir(run.checkpoint('best')); // Nothing can be renamed over a folder that is not empty.
  await writeFile(`${run.checkpoint('best')}/x`, '');
  await assert.rejects(run.saveWeights(['best', 'last'], new Map(), {}), {
    name: 'DataError',
    message: /best\.safetensors: cannot be written \(E[A-Z]+: .*\); nothing was changed$/,
  });
  assert.deepEqual(await readFile(run.checkpoint('last')), before);
  assert.deepEqual((await readdir(run.file('checkpoints'))).sort(), [
    'best.safetensors',
    'last.safetensors',
  ]);
});

test('a full disk leaves a log with whole lines', {
  skip: process.platform === 'win32',
}, async () => {
  // `ulimit -f` lets no file grow beyond its blocks of 512 bytes, and Node ignores the signal that says so.
  const program = `
    import { RunFolder } from '${new URL('../../src/runs/run-folder.js', import.meta.url)}';
    const run = await RunFolder.create('digits', 'full');
    const lines = Array.from({ length: 10 }, (_, step) => ({ step, epoch: 1, loss: 1, lr: 1, samples: 1, text: 'x'.repeat(60) }));
    await run.append('steps.jsonl', lines.slice(0, 3));
    console.log(await run.append('steps.jsonl', lines).catch((error) => error.message));
    console.log((await run.readLog('steps.jsonl')).length);
  `;
  await writeFile('full.mjs', program);
  const shell = ['-c', 'ulimit -f 1 && exec "$@"', 'sh', process.execPath, 'full.mjs'];
  const { stdout, stderr } = spawnSync('sh', shell, { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.match(stdout, /^full\/steps\.jsonl: cannot be written \(EFBIG: file too large\)\n3\n$/);
});

test('a line of a log that is no JSON, or says something else, is named', async () => {
  const run = await RunFolder.create('digits');
  const good = JSON.stringify(stepLine(1));
  await writeFile(run.file('steps.jsonl'), `${good}\n{"step":2}\n`);
  await assert.rejects(run.readLog('steps.jsonl'), {
    name: 'DataError',
    message:
      /^runs\/digits-1\/steps\.jsonl: field 'epoch': given undefined, .*; see line 2; the run may be damaged$/,
  });
  await writeFile(run.file('steps.jsonl'), `${good}\n{"st\x1b\n${good}\n`);
  await assert.rejects(run.readLog('steps.jsonl'), {
    name: 'DataError',
    message: "runs/digits-1/steps.jsonl: line 2 is not JSON: '{\"st\\x1b'",
  });
});

test('what dead processes left half written is removed, what a live one writes is not', async () => {
  const run = await wholeRun('mine');
  const kill = `
    import { open, rename } from 'node:fs/promises';
    import { writeFileAtomic } from '${new URL('../../src/io/atomic.js', import.meta.url)}';
    const parts = function* () { yield new Uint8Array(9); process.kill(process.pid, 'SIGKILL'); };
    await writeFileAtomic('mine/checkpoints/last.safetensors', Object.assign([], { [Symbol.iterator]: parts }));
  `;
  await writeFile('kill.mjs', kill);
  spawnSync(process.execPath, ['kill.mjs']);
  const leftovers = async () =>
    (await readdir(run.file('checkpoints'))).filter((name) => name.endsWith('.tmp'));
  assert.equal((await leftovers()).length, 1);
  const [left = ''] = await leftovers();
  const alive = left.replace(/-\d+-1\.tmp$/, `-${process.pid}-1.tmp`);
  await writeFile(run.file('checkpoints', alive), '');
  await writeFile(run.file('checkpoints', '.notes.tmp'), '');
  await RunFolder.open('mine');
  assert.deepEqual((await leftovers()).sort(), ['.notes.tmp', alive].sort());
  await writeFileAtomic(run.file('curves.svg'), '<svg/>');
  assert.deepEqual(
    (await readdir('mine')).filter((name) => name.startsWith('.')),
    [],
  );
});
