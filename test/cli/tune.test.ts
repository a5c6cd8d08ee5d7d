import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import {
  type Outcome,
  requireRefused,
  temporaryFolder,
  wick,
  wickAgain,
  wickEach,
} from './run-wick.js';

const folder = temporaryFolder();
const short = ['--limit', '60', '--epochs', '1', '--seed', '4', '--threads', '1', '--jobs', '2'];
let first: Outcome;

before(() => {
  const space = ['--grid', 'optimizer.lr=0.003,1e6', '--grid', 'batchSize=8', '--optimizer', 'sgd'];
  first = wick(folder, ['tune', 'digits', ...short, ...space, '--out', 'study']);
});

const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');

test('a study tells its trials and the best settings; one that fails does not end it', () => {
  assert.equal(first.code, 0, first.err);
  assert.match(
    first.out,
    /^digits: 2 trials by a grid over optimizer\.lr, batchSize; 1 epoch; engine\s+\w+,\s+1\s+thread\s+each$/m,
  );
  assert.match(
    first.out,
    /^trial 1: \d+\.\d%, the best so far; optimizer\.lr 0\.003, batchSize 8$/m,
  );
  assert.match(first.out, /^trial 2: failed \(seed 4: /m);
  assert.match(
    first.out,
    /^Best: trial 1, validation \d+\.\d%; on the test set, by which nothing was/m,
  );
  assert.match(first.out, /^1 failed; trials\.jsonl says why\.$/m);
  assert.match(first.out, /^ {2}npx wick train --config study\/best\.yaml +train with/m);
  for (const line of first.out.split('\n')) assert.ok([...line].length <= 80, line);
  assert.match(read('study', 'history.svg'), /^<svg /);
  const page = read('study', 'report.html');
  assert.match(page, /<td><bdi>failed<\/bdi><\/td>/);
  assert.equal(page.match(/<svg/g)?.length, 2, 'history and parallel coordinates');
});

test('a trial is an ordinary run, and the file of the best settings makes it again', async () => {
  const { code, out } = await wickAgain(folder, ['compare', 'study/trials/001', '--json']);
  assert.equal(code, 0);
  const [run] = JSON.parse(out).runs;
  assert.deepEqual([run.state, run.accuracy.split, run.accuracy.samples], ['ended', 'val', 6]);
  const again = wick(folder, [
    ...['train', '--config', 'study/best.yaml', '--threads', '1', '--out', 'again'],
  ]);
  assert.equal(again.code, 0, again.err);
  for (const file of ['metrics.jsonl', 'steps.jsonl'])
    assert.equal(read('again', file), read('study', 'trials', '001', file));
});

test('a study that has ended takes more trials, and nothing that would change the others', async () => {
  const refused = async (
    ...cases: readonly (readonly [args: readonly string[], code: number, message: RegExp])[]
  ) => {
    const lists = cases.map(([args]) => ['tune', '--resume', 'study', ...args]);
    (await wickEach(folder, lists)).forEach((outcome, i) => {
      const [, code, message = /./] = cases[i] ?? [];
      assert.deepEqual([outcome.code, outcome.out], [code, '']);
      assert.match(outcome.err, message);
    });
  };
  await refused(
    [['--trials', '1'], 1, /^ValueError: wick tune: --trials 1, but the study is to have 2/],
    [['--trials', '3'], 1, /--trials 3, but the grid has 2 combinations$/m],
    [['--epochs', '3'], 2, /^error: --resume goes on with what the study has; leave --epochs out/],
    [['--grid', 'batchSize=8'], 2, /leave --grid out/],
  );
  writeFileSync(
    join(folder, 'study', 'study.json'),
    read('study', 'study.json').replace('"tpe"', '"grid"'),
  );
  await refused([[], 1, /^DataError: study\/study\.json: field 'sampler': given "grid"/]);
});

test('what is written wrongly is refused in the words of the command line', async () => {
  const refused: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
    [['--grid', 'batchSize=8', '--grid', 'batchSize=9'], 2, /batchSize is given twice\.$/m],
    [
      ['--search', 'a=log:1'],
      2,
      /argument 'a=log:1' is invalid\. a: given log from \[1\], two numbers/,
    ],
    [['--trials', '2'], 2, /^error: no setting is to be searched, .*: --search optimizer\.lr=log:/],
    [['--grid', 'batchSize='], 2, /is invalid\. grid: given 'batchSize=', .*: KEY=A,B$/m],
    [['--grid', 'batchSize=8', '--min-epochs', '2'], 2, /^error: --min-epochs is for --asha$/m],
    [
      ['--grid', 'batchSize=8,16', '--trials', '1'],
      1,
      /--trials 1 of a grid of 2 combinations leave/,
    ],
  ];
  const common = ['tune', 'digits', ...short];
  await requireRefused(
    folder,
    refused.map(([args, code, says]) => [[...common, ...args, '--out', 'refused'], code, says]),
  );
  assert.ok(!existsSync(join(folder, 'refused')));
});
