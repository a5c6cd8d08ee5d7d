import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import '../../src/ops/index.js';
import { findPeer } from '../../bench/workers/peer-package.js';
import { saveSafetensors } from '../../src/io/safetensors.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { createModel } from '../../src/vision/models/registry.js';
import { withoutRuntime } from '../export/runtime.js';
import { commandLine, temporaryFolder, wick, wickAgain } from './run-wick.js';

const folder = temporaryFolder();

before(async () => {
  const run = await RunFolder.create('x', join(folder, 'run'));
  const options = { numClasses: 2, inChannels: 1, imageSize: 12 };
  const architecture = { name: 'mnistCnn', options };
  await run.write('model.json', {
    format: 'wick-model/1',
    architecture,
    inputShape: [1, 12, 12],
    classes: ['a', 'b'],
    transform: { name: 'Compose', transforms: [{ name: 'ToTensor' }] },
  });
  await run.write('config.json', {
    recipe: 'folder',
    settings: { data: { path: join(folder, 'gone') }, model: {}, seed: 0 },
    engine: { engine: 'wasm', threads: 1, winograd: true },
    data: {},
    wick: '0',
    node: '0',
  });
  await saveSafetensors(run.checkpoint('best'), createModel(architecture).stateDict());
});

test('an ONNX file that cannot be checked is written, and how to check it is said', () => {
  const { code, out, err } = wick(folder, ['export', 'run', '--format', 'onnx']);
  assert.equal(err, '');
  assert.equal(code, 0);
  assert.match(out, /^run → run\/model\.onnx$/m);
  if (withoutRuntime !== false || !out.includes('checked in onnxruntime'))
    assert.match(
      out.replaceAll('\n  ', ' '),
      /^not checked: onnxruntime-node is not installed; npm install onnxruntime-node, and export again$/m,
    );
  assert.ok(existsSync(join(folder, 'run', 'model.onnx')));
});

test('where onnxruntime-node is installed in the current folder, the file is run in it', {
  skip: withoutRuntime,
}, () => {
  const cwd = join(folder, 'with');
  mkdirSync(join(cwd, 'node_modules'), { recursive: true });
  const modules = dirname(dirname(dirname(findPeer('onnxruntime-node') ?? '')));
  for (const name of ['onnxruntime-node', 'onnxruntime-common'])
    symlinkSync(join(modules, name), join(cwd, 'node_modules', name), 'junction');
  const { code, out } = wick(cwd, ['export', '../run', '-o', 'm.onnx']);
  assert.equal(code, 0);
  const text = out.replaceAll('\n  ', ' ');
  assert.match(
    text,
    /^checked in onnxruntime [\d.]+ on 64 random inputs: the same classes, logits within/m,
  );
  assert.match(
    text,
    /^no test images: .*gone: the run was trained on this folder.* pass --data FOLDER/m,
  );
  assert.ok(existsSync(join(cwd, 'm.onnx')));
  const json = wick(cwd, ['export', '../run', '-o', 'm.onnx', '--json']);
  assert.equal(JSON.parse(json.out).onnx.check.images, 64);
});

test('a mistake is told in the terms of the command', async () => {
  const none = await wickAgain(folder, ['export', 'run']);
  assert.equal(none.code, 1);
  assert.match(
    none.err,
    /no format is given; pass --format onnx \(or torch, safetensors, wick, web\)$/m,
  );
  assert.equal((await wickAgain(folder, ['export', 'run', '--format', 'tflite'])).code, 2);
  assert.match(
    (await wickAgain(folder, ['export', 'nothing', '--format', 'onnx'])).err,
    /^DataError: nothing: /,
  );
});

test('a folder for web servers is written anew, but not over other things', async () => {
  const first = wick(folder, ['export', 'run', '--format', 'web', '-o', 'site']);
  assert.deepEqual([first.code, first.err], [0, '']);
  assert.match(first.out, /^run → site$/m);
  assert.equal(
    (await wickAgain(folder, ['export', 'run', '--format', 'web', '-o', 'site'])).code,
    0,
  );
  mkdirSync(join(folder, 'own'));
  writeFileSync(join(folder, 'own', 'notes.txt'), 'mine');
  const other = await wickAgain(folder, ['export', 'run', '--format', 'web', '-o', 'own']);
  assert.equal(other.code, 1);
  assert.match(other.err, /own: holds 1 other files already \(notes\.txt\); name a folder/);
  const file = await wickAgain(folder, ['export', 'run', '--format', 'web', '-o', 'own/notes.txt']);
  assert.match(file.err, /own\/notes\.txt: is a file, a folder is required/);
  assert.deepEqual(readdirSync(join(folder, 'own')), ['notes.txt']);
});

test('a folder written anew without --train has nothing left of the page that learns', async () => {
  const site = join(folder, 'taught');
  const exported = async (...more: string[]) => {
    const { code } = await wickAgain(folder, [
      'export',
      'run',
      '--format',
      'web',
      '-o',
      'taught',
      ...more,
    ]);
    assert.equal(code, 0);
    return readdirSync(site).sort();
  };
  const plain = await exported();
  writeFileSync(join(site, 'learn.html'), 'mine');
  assert.deepEqual(await exported(), [...plain, 'learn.html'].sort()); // no export with --train wrote this one
  const own = ['CNAME', 'learn.css'];
  for (const name of own) writeFileSync(join(site, name), 'mine');
  const learning = [...plain, ...own, 'learn.html', 'learn.js', 'wick-learn.js'].sort();
  assert.deepEqual(await exported('--train'), learning);
  assert.deepEqual(await exported('--train'), learning);
  assert.deepEqual(await exported(), [...plain, ...own].sort());
});

test('a folder that cannot be written whole is not begun', {
  skip: process.platform === 'win32',
}, async () => {
  // The pages' code has more bytes than a file may have here, the network has fewer.
  const limited = (out: string) => {
    const command = commandLine(['export', 'run', '--format', 'web', '-o', out]);
    const args = ['-c', 'ulimit -f 400; exec "$@"', 'sh', ...command];
    return spawnSync('sh', args, { cwd: folder, encoding: 'utf8' });
  };
  const { status, stderr } = limited('new/site');
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^DataError: new\/site: cannot be written \(EFBIG: [^)]*\); nothing was changed$/m,
  );
  assert.ok(!existsSync(join(folder, 'new')));
  const old = await wickAgain(folder, ['export', 'run', '--format', 'web', '-o', 'old']);
  assert.equal(old.code, 0);
  const before = readdirSync(join(folder, 'old'));
  assert.equal(limited('old').status, 1);
  assert.deepEqual(readdirSync(join(folder, 'old')), before);
});

test('a page that learns belongs to a folder for web servers alone', async () => {
  const { code, err } = await wickAgain(folder, ['export', 'run', '--format', 'torch', '--train']);
  assert.equal(code, 1);
  assert.match(
    err,
    /^ValueError: wick export: format torch is given with --train, which is for web; leave it out$/m,
  );
});
