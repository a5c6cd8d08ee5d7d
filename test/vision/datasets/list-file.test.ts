import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { csvRows } from '../../../src/vision/datasets/csv.js';
import { ListFile } from '../../../src/vision/datasets/list-file.js';
import { plainPng } from './pictures.js';
import { put, temporaryFolder } from './temporary-folder.js';

const food = join(homedir(), '.cache/wick/datasets/food3');

test('lines of path and label: blanks in paths, relative to the list, numbers or names', async (t) => {
  const folder = await temporaryFolder(t);
  await put(folder, 'my pictures/a b.png', await plainPng(7));
  const list = await put(
    folder,
    'list.txt',
    '\ufeffmy pictures/a b.png 1\r\n\n/abs/c.jpg\t0\n  d.png   1  \n',
  );
  const dataset = await ListFile.open(list);
  assert.deepEqual([...dataset.targets], [1, 0, 1]);
  assert.deepEqual(dataset.classes, ['0', '1']);
  assert.deepEqual(
    [0, 1, 2].map((i) => dataset.pathOf(i)),
    [join(folder, 'my pictures/a b.png'), '/abs/c.jpg', join(folder, 'd.png')],
  );
  assert.deepEqual((await dataset.get(0))[0].shape, [3, 4, 5]);

  const named = await ListFile.open(
    await put(folder, 'named.txt', 'a.png dog\nb.png cat\nc.png dog\n'),
  );
  assert.deepEqual(
    [named.classes, [...named.targets]],
    [
      ['cat', 'dog'],
      [1, 0, 1],
    ],
  );
  const elsewhere = await ListFile.open(list, { base: '/data' });
  assert.equal(elsewhere.pathOf(2), '/data/d.png');
});

test('CSV with header and quotes, TSV, and columns by name', async (t) => {
  const folder = await temporaryFolder(t);
  const csv = 'id,Path,Label\n1,"a, b.png",dog\n2,"say ""hi"".png",cat\n';
  const dataset = await ListFile.open(await put(folder, 'a.csv', csv));
  assert.deepEqual(
    [dataset.classes, [...dataset.targets]],
    [
      ['cat', 'dog'],
      [1, 0],
    ],
  );
  assert.equal(dataset.pathOf(0), join(folder, 'a, b.png'));
  assert.equal(dataset.pathOf(1), join(folder, 'say "hi".png'));
  const tsv = await put(folder, 'a.tsv', 'which\twhere\n0\tx.png\n1\ty.png\n');
  const other = await ListFile.open(tsv, { pathColumn: 'where', labelColumn: 'which' });
  assert.deepEqual([...other.targets], [0, 1]);
});

test('class names come from the options, a file, or classes.txt beside the list', async (t) => {
  const folder = await temporaryFolder(t);
  const list = await put(folder, 'deep/list.txt', 'a.png 0\nb.png 2\n');
  const names = await put(folder, 'names.txt', 'ant\nbee\ncow\n');
  const dataset = await ListFile.open(list, { classesFile: names });
  assert.deepEqual(dataset.classes, ['ant', 'bee', 'cow']);
  assert.deepEqual(dataset.notes, [`${list} has no pictures of 'bee'`]);
  await put(folder, 'deep/classes.txt', 'x\ny\nz\n');
  assert.deepEqual((await ListFile.open(list)).classes, ['x', 'y', 'z']);
  const bound = await ListFile.open(list, { classes: ['p', 'q', 'r', 's'] });
  assert.deepEqual([...bound.targets], [0, 2]);
  const byName = await ListFile.open(await put(folder, 'n.txt', 'a.png cow\nb.png ant\n'), {
    classes: ['ant', 'bee', 'cow'],
  });
  assert.deepEqual([...byName.targets], [2, 0]);
});

test('lists that cannot be used name the line', async (t) => {
  const folder = await temporaryFolder(t);
  const refused: [string, string, string, object][] = [
    ['a.txt', 'a.png 0\nb.png\n', "line 2: 'b.png' has no label; 'path label' is required", {}],
    ['b.txt', '\n\n', 'no pictures are listed', {}],
    [
      'c.txt',
      'a.png 0\nb.png 3\n',
      "line 2: label '3' is out of range, 0 to 1 are required for the classes 'p', 'q'",
      { classes: ['p', 'q'] },
    ],
    [
      'd.txt',
      'a.png 99999999999\n',
      "line 1: label '99999999999' is out of range, 0 to 65535 are required",
      {},
    ],
    [
      'e.txt',
      'a.png p\nb.png r\n',
      "unknown class 'r'; known are 'p', 'q'; rename or remove what does not belong",
      { classes: ['p', 'q'] },
    ],
    [
      'f.csv',
      'a,label\nx,1\n',
      "no column path, file, filename, image, name in the header ('a', 'label'); name one so or pass { pathColumn: 'NAME' }",
      {},
    ],
    ['g.csv', 'path,label\nx.png,1\n,0\n', 'line 3: the path is empty', {}],
    ['h.csv', 'path,label\nx.png,"1\n', 'line 2: a quoted field has no end', {}],
    ['i.csv', 'path,label\n"x"y,1\n', "line 2: 'y' after a closing quote", {}],
  ];
  for (const [name, text, detail, options] of refused) {
    const path = await put(folder, name, text);
    await assert.rejects(ListFile.open(path, options), {
      name: 'DataError',
      path,
      message: `${path}: ${detail}`,
    });
  }
});

test('CSV fields may hold separators, quotes and line breaks; lines are counted', () => {
  const text = 'a,b\r\n"1,1","2\n2"\n\n"say ""x""",\nlast,"q"';
  assert.deepEqual(
    [...csvRows('x.csv', text)],
    [
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['1,1', '2\n2'] },
      { line: 5, fields: ['say "x"', ''] },
      { line: 6, fields: ['last', 'q'] },
    ],
  );
});

test('three classes of Food-101', {
  skip: existsSync(food) ? false : `${food} is not there`,
}, async () => {
  const dataset = await ListFile.open(join(food, 'train.txt'));
  assert.deepEqual(dataset.classes, ['macaroni_and_cheese', 'paella', 'waffles']);
  assert.equal(dataset.length, 750);
  const [x] = await dataset.get(700);
  assert.equal(Math.min(x.shape[1] ?? 0, x.shape[2] ?? 0), 256);
});
