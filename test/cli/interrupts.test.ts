import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine, temporaryFolder, wickAgain, wickEach } from './run-wick.js';

const folder = temporaryFolder();
const skip = process.platform === 'win32' && 'there are no such signals on Windows';

/** A training that goes on until it is stopped; `--threads 1` lets signals come between its steps on a busy machine too. */
const endless = ['train', 'digits', '--epochs', '100000', '--threads', '1'];

interface Running {
  readonly child: ChildProcess;
  readonly run: string;
  text(): { out: string; err: string };
  /** Its exit code, or the signal that ended it. */
  ended(): Promise<number | string>;
}

/** A test that fails leaves nothing running. */
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** The same without pictures, of few of the digits. */
const plain = [...endless, '--no-report', '--limit', '640'];

function start(run: string, args: readonly string[] = plain): Running {
  // Of the seeds that a run would draw, some survive even a learning rate of 1e6.
  const [program, ...rest] = commandLine([...args, '--seed', '1', '--out', run]);
  const child = spawn(program, rest, { cwd: folder });
  children.push(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const end = once(child, 'close').then(([code, signal]) => code ?? signal);
  return { child, run: join(folder, run), text: () => ({ out, err }), ended: () => end };
}

/** Waits until it is so, while the process lives. */
async function until(running: Running, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    assert.equal(running.child.exitCode, null, running.text().err);
    await sleep(5);
  }
}

const epochs = ({ run }: Running) => {
  const log = join(run, 'metrics.jsonl');
  return existsSync(log) ? readFileSync(log, 'utf8').split('\n').length >> 1 : 0;
};
const json = (running: Running, file: string) =>
  JSON.parse(readFileSync(join(running.run, file), 'utf8'));

test('a signal ends a training in order, with the exit code that says which', {
  skip,
}, async () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const running = start(signal, signal === 'SIGINT' ? endless : plain);
    await until(running, () => epochs(running) >= 1);
    running.child.kill(signal);
    assert.equal(await running.ended(), code, running.text().err);
    const { out, err } = running.text();
    assert.equal(err, '');
    assert.match(
      out,
      new RegExp(`^Stopped in epoch \\d+ of 100000, after \\d+ steps \\(${signal}\\)\\.$`, 'm'),
    );
    const summary = json(running, 'summary.json');
    assert.equal(summary.interrupted, true);
    assert.ok(summary.epochs >= 1 && summary.best.epoch >= 1);
    const steps = readFileSync(join(running.run, 'steps.jsonl'), 'utf8').trim().split('\n');
    assert.equal(steps.length, summary.steps, 'no step is lost');
  }
  const evaluated = await wickEach(
    folder,
    ['SIGINT', 'SIGTERM', 'SIGHUP'].map((run) => ['evaluate', run]),
  );
  assert.deepEqual(
    evaluated.map(({ code }) => code),
    [0, 0, 0],
  );
});

test('stopped in the first epoch: the weights so far are kept, and can be used', {
  skip,
}, async () => {
  const slow = [...endless, '--model', 'cifarCnn'];
  const running = start('early', slow);
  // The files are there before the first step; a step takes a fraction of a second, an epoch many seconds.
  await until(running, () => existsSync(join(running.run, 'model.json')));
  await sleep(1000);
  running.child.kill('SIGINT');
  assert.equal(await running.ended(), 130);
  const { out } = running.text();
  if (!existsSync(running.run)) {
    // On a machine so busy that no step was done: said, and nothing is left.
    assert.match(out, /after 0 steps .*\n.*what was written to early is removed\.$/m);
    return;
  }
  assert.match(out, /^Stopped in epoch 1 of 100000, after \d+ steps? \(SIGINT\)\.$/m);
  assert.match(
    out,
    /^The weights as they are now are in early\/checkpoints\/last\.safetensors\.$/m,
  );
  const { epochs: ended, steps, best, last } = json(running, 'summary.json');
  assert.deepEqual([ended, best, last], [0, null, null]);
  assert.ok(steps > 0);
  const [evaluated, told] = await wickEach(folder, [
    ['evaluate', 'early'],
    ['evaluate', 'early', '--json'],
  ]);
  assert.equal(evaluated?.code, 0, evaluated?.err);
  assert.match(
    evaluated?.out ?? '',
    /^note: the run ended before it had saved its best weights: its last are used\n/,
  );
  assert.equal(JSON.parse(told?.out ?? '').checkpoint, 'last');
});

test('what cannot be printed is one line of error', {
  skip: !existsSync('/dev/full') && 'there is no /dev/full',
}, () => {
  const full = openSync('/dev/full', 'w');
  for (const [args, err] of [
    [['summary', 'mnist'], /^DataError: stdout: cannot be written \(ENOSPC: [^\n]*\)\n$/],
    [
      ['summary', 'mnist', '--json'],
      /^\{"error":\{"name":"DataError","subject":"stdout",[^\n]*\}\n$/,
    ],
  ] as const) {
    const [program, ...rest] = commandLine(args);
    const { status, stderr } = spawnSync(program, rest, {
      cwd: folder,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    assert.equal(status, 1, stderr);
    assert.match(stderr, err);
  }
  closeSync(full);
});

test('an --out folder keeps what others put into it', { skip }, async () => {
  mkdirSync(join(folder, 'victim'));
  const running = start('victim', ['train', 'digits', '--lr', '1e6', '--optimizer', 'sgd']);
  await until(running, () => existsSync(join(running.run, 'config.json')));
  writeFileSync(join(running.run, 'my-notes.txt'), 'thesis');
  assert.equal(await running.ended(), 1, 'the loss is NaN at once');
  assert.deepEqual(readdirSync(running.run), ['my-notes.txt']);
  assert.match(
    running.text().err,
    /^Nothing is kept of this run: what it had written to victim is removed\.$/m,
  );
});

test('a reader that goes away ends a training in order too', { skip }, async () => {
  const running = start('unread');
  await until(running, () => epochs(running) >= 1);
  running.child.stdout?.destroy();
  assert.equal(await running.ended(), 141);
  const { err } = running.text();
  assert.match(
    err,
    /^Stopped in epoch \d+ of 100000, after \d+ steps \(nobody reads its output\)\.$/m,
  );
  assert.match(err, /^The run is in unread\. Next:$/m);
  assert.equal(json(running, 'summary.json').interrupted, true);
});

test('a run folder that is removed ends its training with an error, and is not made again', {
  skip,
}, async () => {
  const running = start('gone');
  await until(running, () => epochs(running) >= 1);
  // At once: whoever removes file by file races with what is written meanwhile.
  renameSync(running.run, join(folder, 'taken'));
  assert.equal(await running.ended(), 1);
  assert.match(
    running.text().err,
    /^DataError: gone: was removed, emptied or replaced while the run went on; /,
  );
  assert.ok(!existsSync(running.run));
});

test('a picture that cannot be written ends no training', { skip }, async () => {
  const running = start('drawn', ['train', 'digits', '--epochs', '2']);
  await until(running, () => existsSync(join(running.run, 'config.json')));
  mkdirSync(join(running.run, 'curves.svg', 'x'), { recursive: true });
  assert.equal(await running.ended(), 0);
  assert.match(running.text().out, /^note: drawn\/curves\.svg: cannot be written \(E[A-Z]+: /m);
  assert.equal(json(running, 'summary.json').epochs, 2);
});

test('a file that cannot be written ends it with an error, and what was saved is whole', {
  skip,
}, async () => {
  const running = start('full');
  await until(running, () => epochs(running) >= 1);
  rmSync(join(running.run, 'checkpoints', 'last.safetensors'));
  mkdirSync(join(running.run, 'checkpoints', 'last.safetensors', 'x'), { recursive: true });
  assert.equal(await running.ended(), 1);
  assert.match(
    running.text().err,
    /^DataError: full\/checkpoints\/last\.safetensors: cannot be written \(/,
  );
  assert.match(
    running.text().err,
    /^The run so far is in full, with the weights that were saved last\.$/m,
  );
  assert.match(json(running, 'summary.json').failed, /cannot be written/);
  assert.equal((await wickAgain(folder, ['evaluate', 'full'])).code, 0);
});
