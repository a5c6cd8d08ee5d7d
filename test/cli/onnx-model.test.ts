/** A network that was an ONNX file, by the commands that take models. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import '../../src/ops/index.js';
import { exportOnnx } from '../../src/export/export-onnx.js';
import { loadOnnx } from '../../src/io/index.js';
import { manualSeed } from '../../src/tensor/generator.js';
import { cifar_resnet20 } from '../../src/vision/models/cifar-resnet.js';
import { colored } from '../recipes/picture-folder.js';
import { put } from '../vision/datasets/temporary-folder.js';
import { requireRefused, temporaryFolder, wickEach } from './run-wick.js';

const folder = temporaryFolder();

before(async () => {
  manualSeed(1);
  const model = cifar_resnet20({ numClasses: 2 }).eval();
  await exportOnnx(model, { path: join(folder, 'net.onnx'), inputShape: [3, 16, 16] });
  for (const name of ['p.png', 'pictures/cat/1.png', 'pictures/dog/2.png', 'pictures/dog/3.png'])
    await put(folder, name, await colored('red', 20, 1));
});

/** What each prints. */
const done = async (...lines: readonly (readonly string[])[]) =>
  (await wickEach(folder, lines)).map(({ code, out, err }, i) => {
    assert.equal(code, 0, `${lines[i]?.join(' ')}: ${err}`);
    return out;
  });

test('import, predict, evaluate, explain, features, embed, summary and export', async () => {
  const [made = '', predicted = '', scores = '', shape = '', answer, other] = (
    await done(
      ['import', 'net.onnx', '--classes', 'cat,dog', '-o', 'm.wick'],
      ['predict', 'm.wick', 'p.png'],
      ['evaluate', 'm.wick', '--data', 'pictures'],
      ['summary', 'm.wick'],
      ['predict', 'm.wick', 'p.png', '--json'],
      ['export', 'm.wick', '-o', 'e.wick'],
      ['predict', 'e.wick', 'p.png', '--json'],
      ['explain', 'm.wick', 'p.png'],
      ['features', 'm.wick', 'p.png'],
      ['embed', 'm.wick', 'pictures'],
      ...['e.safetensors', 'e.pth', 'e.onnx'].map((path) => ['export', 'm.wick', '-o', path]),
    )
  ).filter((_, i) => i !== 5);
  assert.match(made, /^net\.onnx → m\.wick: onnx, [\d,]+ parameters, 2 classes/);
  assert.match(predicted, /^p\.png: (cat|dog) \d/);
  assert.match(scores, /m\.wick: test accuracy .* on 3 images/);
  assert.match(shape, /\[1,3,16,16\]/);
  assert.equal(other, answer?.replaceAll('m.wick', 'e.wick'));
  assert.ok(existsSync(join(folder, 'm', 'explain', 'index.html')));
  assert.deepEqual(
    JSON.parse((await loadOnnx(join(folder, 'e.onnx'))).info.metadata.classes ?? ''),
    ['cat', 'dog'],
  );
});

test('what cannot be is told in the terms of the command', async () => {
  const mistakes = [
    [['predict', 'net.onnx', 'p.png'], /is a network of ONNX; wick import FILE/],
    [['import', 'net.onnx', '-o', 'n.wick'], /2 classes, whose names .* --classes/],
    [
      ['export', 'm.wick', '--format', 'web'],
      /m\.wick holds the network of an ONNX file, which a page does not run; export it as onnx/,
    ],
  ] as const;
  await requireRefused(
    folder,
    mistakes.map(([args, says]) => [args, 1, says]),
  );
});
