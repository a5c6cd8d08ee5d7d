/** What a page carries: inference alone nothing of training, and neither anything of Node. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bundle } from './bundle.js';

const kilobyte = 1000;

test('a page that only predicts carries no training, and less than 300 kB with its kernels', async (t) => {
  const { packed, files } = await bundle(
    `import { Classifier } from 'wick/browser'; globalThis.Classifier = Classifier;`,
  );
  const kernels = new URL('../../src/engine/wasm/kernels-relaxed.wasm', import.meta.url);
  const wasm = gzipSync(readFileSync(kernels), { level: 9 }).length;
  t.diagnostic(`gzip: ${packed} bytes of JavaScript, ${wasm} of kernels`);
  assert.ok(packed + wasm < 300 * kilobyte, `${packed} + ${wasm} bytes`);
  for (const file of ['web/classifier.js', 'vision/models/resnet.js', 'ops/conv2d.js'])
    assert.ok(files.includes(file), `${file} is not among ${files.length} files`);
  const notNeeded = /^(optim|train|data|metrics|explain|export|engine\/(native|webgpu))\//;
  assert.deepEqual(
    files.filter((file) => notNeeded.test(file)),
    [],
  );
});

test('a page that trains is bundled without a module of Node', async (t) => {
  const { packed, files, code } = await bundle(
    `import * as wick from 'wick/browser'; globalThis.wick = wick;`,
  );
  t.diagnostic(`gzip: ${packed} bytes of JavaScript`);
  for (const file of ['train/trainer.js', 'train/callbacks/weight-averaging.js', 'optim/adam.js'])
    assert.ok(files.includes(file), `${file} is not among ${files.length} files`);
  assert.ok(files.includes('data/dataloader.js') && files.includes('metrics/confusion-matrix.js'));
  assert.doesNotMatch(code, /from ?"node:|import\("node:|require\("/);
});

test('a tensor alone brings neither networks nor transforms', async () => {
  const { files } = await bundle(
    `import { tensor } from 'wick/browser'; globalThis.x = tensor([1]).add(1);`,
  );
  assert.deepEqual(
    files.filter((file) => /^(vision|web|nn|runs)\//.test(file)),
    [],
  );
});
