/** A folder that a page sends and trains on: names and amounts are bounded, options are those of a list. */
import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { StartedTraining } from '../../src/ui/protocol.js';
import { Trainings } from '../../src/ui/trainings.js';
import { openUi } from '../../src/ui/ui.js';
import { Uploads } from '../../src/ui/uploads.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

/** Says what it was told, instead of training. */
const echo = [
  process.execPath,
  '-e',
  "const token = 'WICK_TOKEN' in process.env ? ['WICK_TOKEN'] : []; console.log(JSON.stringify([...process.argv.slice(1), ...token]))",
] as const;

async function opened(t: TestContext) {
  const root = await temporaryFolder(t);
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const ui = await openUi(root, {
    host: '127.0.0.1',
    port: 0,
    token: null,
    command: echo,
    onError,
  });
  t.after(() => ui.close());
  const send = async (method: string, path: string, body: string) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(new URL(path, ui.url), { method, headers, body });
    type Told = { folder?: string; run?: string; error?: string };
    const { folder, run, error } = (await response.json()) as Told;
    return { status: response.status, folder, run, error };
  };
  const post = (path: string, body: unknown) => send('POST', path, JSON.stringify(body));
  const put = (folder: string, path: string, body = 'x') =>
    send('PUT', `api/folders/file?${new URLSearchParams({ folder, path })}`, body);
  return { root, ui, post, put, errors };
}

test('a picture is put where its path says, below its folder and nowhere else', async (t) => {
  const { root, post, put, errors } = await opened(t);
  const { folder = '' } = await post('api/folders', { name: '../../Meine Katzen/<b>' });
  assert.equal(folder, 'Meine-Katzen-b');
  assert.equal((await post('api/folders', { name: folder })).folder, `${folder}-2`);
  for (const path of [
    'cat/1.png',
    'train/猫/２.JPG',
    'a/b/c/4.webp',
    `it's "not"/1.png`.replaceAll('"', ''),
  ])
    assert.equal((await put(folder, path)).status, 200, path);
  assert.equal((await put(folder, 'cat/1.png')).status, 409, 'twice');
  assert.equal((await put(folder, 'cat/1.png/2.png')).status, 409, 'below a file');
  for (const path of [
    ...[
      '1.png',
      '',
      '/',
      'a/b/c/d/5.png',
      '../1.png',
      'cat/../../1.png',
      '/etc/1.png',
      'cat//1.png',
    ],
    ...['./cat/1.png', '.hidden/1.png', 'cat/.png', 'cat\\..\\1.png', 'C:/1.png', 'cat/1.png\0'],
    ...['cat/\u202e1.png', 'cat/1\n.png', 'cat/1.png ', 'cat /1.png', `${'x'.repeat(201)}/1.png`],
    ...[
      'cat/run.sh',
      'cat/1.png.html',
      'cat/config.json',
      '--out/x',
      'cat/a*b.png',
      'cat/"<img>.png',
    ],
  ])
    assert.equal((await put(folder, path)).status, 422, JSON.stringify(path));
  // Among thousands of pictures, which one it is.
  assert.match((await put(folder, 'cat/a*b.png')).error ?? '', /^'a\*b\.png': no folder/);
  assert.match((await put(folder, 'cat/run.sh')).error ?? '', /^'run\.sh': a picture is/);
  for (const other of ['', '..', '../runs', `${folder}/cat`])
    assert.equal((await put(other, 'cat/2.png')).status, 404, other);
  assert.deepEqual(await readdir(root), ['.ui']);
  assert.deepEqual((await readdir(join(root, '.ui/data', folder))).sort(), [
    'a',
    'cat',
    "it's not",
    'train',
  ]);
  assert.deepEqual(errors, []);
});

test('options are those of a list, and the training is told no others', async (t) => {
  const { root, ui, post, put } = await opened(t);
  process.env.WICK_TOKEN = 'the token of the server'; // is nothing that a training needs
  t.after(() => delete process.env.WICK_TOKEN);
  const { folder = '' } = await post('api/folders', { name: 'cats' });
  const start = (options: object) => post('api/trainings', { folder, options });
  assert.equal((await start({})).status, 422, 'it is empty');
  await put(folder, 'cat/1.png');
  for (const options of [
    ...[{ out: '/tmp/x' }, { epochs: 0 }, { epochs: '5' }, { epochs: 1e9 }, { lr: -1 }],
    ...[
      { model: '../x.ts' },
      { model: '--out' },
      { set: 'a=b' },
      { imageSize: 1e6 },
      { config: 'x' },
    ],
  ])
    assert.equal((await start(options)).status, 422, JSON.stringify(options));
  const { run = '' } = await start({ epochs: 3, lr: 1e-3, model: 'lenet', batchSize: 8 });
  assert.equal(run, 'cats-1');
  const state = async () => {
    const response = await fetch(new URL(`api/trainings?run=${run}`, ui.url));
    return (await response.json()) as StartedTraining;
  };
  while ((await state()).state === 'starting') await setTimeout(50);
  const { state: ended, log } = await state();
  assert.equal(ended, 'failed', 'it has made no run');
  const [train, data, ...rest] = JSON.parse(log) as string[];
  assert.deepEqual([train, data], ['train', join(root, '.ui/data/cats')]);
  const given = ['--epochs', '3', '--lr', '0.001', '--model', 'lenet', '--batch-size', '8'];
  assert.deepEqual(
    [...rest].sort(),
    ['--out', join(root, 'cats-1'), '--on-error', 'skip', ...given].sort(),
  );
  assert.equal((await put(folder, 'cat/2.png')).status, 409, 'it is trained on');
  assert.equal((await readFile(join(root, '.ui/logs/cats-1.log'), 'utf8')).trimEnd(), log);
});

test('trainings that are asked for at once have a run each, and two go on at most', async (t) => {
  const root = await temporaryFolder(t);
  const command = [process.execPath, '-e', 'setTimeout(() => {}, 2000)'] as const;
  const trainings = new Trainings(command, root, join(root, 'logs'));
  const upload = { name: 'cats', path: root };
  const asked = await Promise.allSettled([1, 2, 3].map(() => trainings.start(upload, {})));
  const runs = asked.flatMap((of) => (of.status === 'fulfilled' ? of.value : []));
  assert.equal(new Set(runs).size, 2, runs.join());
  const refused = asked.find((of) => of.status === 'rejected');
  assert.equal(refused?.reason.status, 409);
  while ((await trainings.state(runs[0] ?? '')).state === 'starting') await setTimeout(50);
});

test('a folder takes so many files and bytes and no more', async (t) => {
  const root = await temporaryFolder(t);
  const uploads = new Uploads(root, { files: 3, bytes: 100, folders: 1 });
  const { name } = await uploads.begin('...');
  assert.equal(name, 'pictures');
  await assert.rejects(uploads.begin('more'), { status: 409 });
  const add = (path: string, bytes: number) => uploads.add(name, path, new Uint8Array(bytes));
  await add('a/1.png', 60);
  await assert.rejects(add('a/2.png', 41), { status: 413 });
  await add('a/2.png', 40);
  await assert.rejects(add('a/2.png', 0), { status: 409 });
  await add('a/3.png', 0);
  await assert.rejects(add('a/4.png', 0), { status: 413 });
  assert.equal((await stat(join(root, name, 'a/1.png'))).size, 60);
});

test('a page that may not start trainings has no such routes', async (t) => {
  const root = await temporaryFolder(t);
  const options = { host: '127.0.0.1', port: 0, token: null, control: true, onError: () => {} };
  const ui = await openUi(root, options);
  t.after(() => ui.close());
  for (const path of ['api/folders', 'api/trainings'])
    assert.equal((await fetch(new URL(path, ui.url), { method: 'POST' })).status, 404);
});
