import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import '../../src/ops/index.js';
import { csvLine } from '../../src/cli/csv-line.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { csvRows } from '../../src/vision/datasets/csv.js';
import { colored } from '../recipes/picture-folder.js';
import { untrainedRun } from '../runs/untrained-run.js';
import { commandLine, temporaryFolder, wick, wickAgain, wickEach } from './run-wick.js';

const folder = temporaryFolder();
const classes = ['a', 'b, "quoted"'];

before(async () => {
  manualSeed(3);
  await untrainedRun(folder, { classes });
  mkdirSync(join(folder, 'photos', 'more'), { recursive: true });
  for (const [i, name] of ['1.png', '2.png', 'more/3.png', 'more/[4].png'].entries())
    writeFileSync(join(folder, 'photos', name), await colored('red', 12, i));
  writeFileSync(join(folder, 'photos', 'notes.txt'), 'no picture');
  writeFileSync(join(folder, 'bad.png'), '<html></html>');
});

const named = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => line.split(': ')[0]);

test('predict takes files, folders, patterns and stdin', async () => {
  const all = ['photos/1.png', 'photos/2.png', 'photos/more/3.png', 'photos/more/[4].png'];
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['photos', all],
    ['photos/*', all.slice(0, 2)],
    ['photos/**/*.png', all],
    ['photos/{1,2}.png', all.slice(0, 2)],
    ['photos/more/[4].png', all.slice(3)],
    [join(folder, 'photos/?.png'), all.slice(0, 2).map((path) => join(folder, path))],
  ];
  const asked = cases.map(([path]) => ['predict', 'run', path]);
  (await wickEach(folder, asked)).forEach(({ code, out, err }, i) => {
    const [path, expected = []] = cases[i] ?? [];
    assert.equal(code, 0, err);
    assert.deepEqual(named(out), expected, path);
    const speed = /^(\d) pictures? in \d+\.\d s, [\d.]+ images\/s\n$/.exec(err);
    assert.equal(speed?.[1] ?? '1', `${expected.length}`, err);
  });
  const [program, ...args] = commandLine(['predict', 'run', '-', 'photos/1.png']);
  const input = readFileSync(join(folder, 'photos/1.png'));
  const { stdout } = spawnSync(program, args, { cwd: folder, input, encoding: 'utf8' });
  const [piped, file] = stdout.trim().split('\n');
  assert.equal(piped?.replace('-: ', ''), file?.replace('photos/1.png: ', ''));
});

test('a file that cannot be read is named in every form, and the others are told', async () => {
  const images = ['photos/1.png', 'bad.png', 'none.png', 'photos/*.gif', 'photos/2.png'];
  const asked = ['predict', 'run', ...images];
  const [text, json, csv] = await wickEach(folder, [
    asked,
    [...asked, '--json'],
    [...asked, '--csv', '--top', '9'],
  ]);
  assert.ok(text !== undefined && json !== undefined && csv !== undefined);
  assert.equal(text.code, 1);
  assert.deepEqual(named(text.out), ['photos/1.png', 'photos/2.png']);
  assert.match(
    text.err,
    /^DataError: bad\.png: not a PNG .*\nDataError: none\.png: there is no such file or folder\nDataError: photos\/\*\.gif: matches no pictures .*\n2 pictures in .*; 3 cannot be read\n$/,
  );
  const lines = json.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ image }) => image),
    images,
  );
  assert.match(lines[1].error, /^bad\.png: not a PNG \(starts with 3c 68 74 6d\)$/);
  assert.equal(csv.code, 1);
  const [head, ...rows] = [...csvRows('x', csv.out)].map(({ fields }) => fields);
  assert.deepEqual(head, ['image', 'class', 'probability', 'class2', 'probability2', 'error']);
  assert.deepEqual(
    rows.map(([image]) => image),
    images,
  );
  assert.deepEqual([rows[0]?.[1], rows[0]?.[3]].sort(), classes);
  assert.match(rows[2]?.[5] ?? '', /^none\.png: there is no such file/);
});

test('results go into a file, in the form of its ending, whole or not at all', async () => {
  const asked = ['predict', 'run', 'photos', '--threshold', '0.99', '-o'];
  const files = [
    [
      'out.csv',
      /^image,class,probability,class2,probability2,unsure,error\nphotos\/1\.png,.*,true,\n/,
    ],
    ['out.jsonl', /^\{"image":"photos\/1\.png",.*"unsure":true\}\n/],
    ['out.txt', /^photos\/1\.png: unsure \(.*\)\n/],
  ] as const;
  const outcomes = await wickEach(
    folder,
    files.map(([file]) => [...asked, file]),
  );
  files.forEach(([file, start], i) => {
    const { code, out, err } = outcomes[i] ?? { code: null, out: '', err: '' };
    assert.equal(code, 0, err);
    assert.equal(out, `${file}: 4 pictures\n`);
    assert.match(err, /^4 pictures in .*; unsure of 4\n$/);
    assert.match(readFileSync(join(folder, file), 'utf8'), start);
  });
  const json = await wickAgain(folder, [...asked, 'all.json', '--json']);
  assert.deepEqual(JSON.parse(json.out), { file: 'all.json', pictures: 4, failed: 0 });
  assert.equal(json.err, '');
  const { code } = await wickAgain(folder, [...asked, 'never.csv', '--tta', 'diagonal']);
  assert.equal(code, 2);
  assert.ok(!existsSync(join(folder, 'never.csv')));
  assert.equal((await wickAgain(folder, [...asked, 'x.csv', '--json', '--csv'])).code, 2);
  const xml = await wickAgain(folder, [...asked, 'x.xml']);
  assert.equal(xml.code, 2);
  assert.match(xml.err, /^error: --out 'x\.xml' must end in \.csv, \.json, \.jsonl or \.txt\n/);
});

test('an empty stdin is said to be', () => {
  for (const command of ['predict', 'explain', 'features', 'embed']) {
    const { code, err } = wick(folder, [command, 'run', '-']);
    assert.equal(code, 1);
    assert.match(err, /^DataError: -: nothing came on stdin; pipe a picture into it\n/, command);
  }
});

test('a run is not taken for data', async () => {
  const { code, err } = await wickAgain(folder, ['train', 'run']);
  assert.equal(code, 1);
  assert.match(err, /^DataError: run: is a run, no data; go on with it by wick train --resume,/);
});

test('fields of CSV are quoted where they have to be', () => {
  const fields = ['a,b', 'say "x"', 'two\nlines', ' blank', 'plain', '', '运动鞋'];
  assert.deepEqual([...csvRows('x', csvLine(fields))][0]?.fields, fields);
  assert.equal(csvLine(['x', 1.5, true, null]), 'x,1.5,true,');
});

test('names that a spreadsheet would compute are texts in CSV; numbers stay numbers', () => {
  for (const name of ['=cmd|x!A1', '+1+1', '-2+3', '@SUM(A1)', ' =1', '\t=1', '\n=1', '＝1'])
    assert.deepEqual([...csvRows('x', csvLine([name, 'x']))][0]?.fields, [`'${name}`, 'x']);
  assert.equal(csvLine([-0.5, '-1', '+2.5', '-', 'a=b', "'=1"]), "-0.5,-1,+2.5,-,a=b,'=1");
});
