import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import '../../src/ops/index.js';
import { saveTorch } from '../../src/io/save-torch.js';
import { createModel } from '../../src/vision/models/registry.js';
import { colored } from '../recipes/picture-folder.js';
import { put } from '../vision/datasets/temporary-folder.js';
import { requireRefused, temporaryFolder, wick, wickEach } from './run-wick.js';

const folder = temporaryFolder();
const importing = ['import', 'w.pth', '--model', 'mnistCnn'];

before(async () => {
  const options = { numClasses: 2, inChannels: 1, imageSize: 28 };
  await saveTorch(join(folder, 'w.pth'), createModel({ name: 'mnistCnn', options }).stateDict());
  for (const name of ['p.png', 'pictures/cat/1.png', 'pictures/dog/2.png', 'pictures/dog/3.png'])
    await put(folder, name, await colored('red', 28, 1));
  writeFileSync(join(folder, 'names.txt'), 'cat\r\ndog\n\n');
  assert.equal(wick(folder, [...importing, '--classes', 'names.txt']).code, 0);
});

test('wick import says what it made, and what it assumed', () => {
  const { code, out, err } = wick(folder, [...importing, '--classes', 'cat, dog', '-o', 'm.wick']);
  assert.equal(code, 0);
  assert.match(
    out.replaceAll('\n  ', ' '),
    /^w\.pth → m\.wick: mnistCnn, [\d,]+ parameters, 2 classes/,
  );
  assert.match(out, /^ {2}input: Compose\( Resize\(size=\(28, 28\)/m);
  assert.match(
    err,
    /^note: that is usual, but nobody has said it .* --transform FILE says otherwise$/m,
  );
});

test('predict, explain, features, embed, summary, evaluate and export take the file as they take a run', async () => {
  const lines: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [['predict', 'model.wick', 'p.png'], /^p\.png: (cat|dog) \d/],
    [['explain', 'model.wick', 'p.png'], /./],
    [['features', 'model.wick', 'p.png'], /./],
    [['embed', 'model.wick', 'pictures'], /./],
    [['summary', 'model.wick'], /^MnistCNN +\[1,1,28,28\]/m],
    [['evaluate', 'model.wick', '--data', 'pictures'], /model\.wick: test accuracy .* on 3 images/],
    [['export', 'model.wick', '-o', 'e.pth'], /^model\.wick → e\.pth$/m],
    [['export', 'model.wick', '-o', 'e.wick', '--license', 'MIT'], /./],
    [['predict', 'e.wick', 'p.png'], /^p\.png: (cat|dog) \d/],
  ];
  const outcomes = await wickEach(
    folder,
    lines.map(([args]) => args),
  );
  lines.forEach(([args, says], i) => {
    assert.equal(outcomes[i]?.code, 0, `${args.join(' ')}: ${outcomes[i]?.err}`);
    assert.match(outcomes[i]?.out ?? '', says);
  });
  assert.ok(existsSync(join(folder, 'model', 'explain', 'index.html')));
  assert.ok(existsSync(join(folder, 'model', 'embedding.html')));
  assert.equal(outcomes.at(-1)?.out, outcomes[0]?.out);
});

test('mistakes are told in the terms of the command', async () => {
  const mistakes: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [['evaluate', 'model.wick'], /without the pictures .* pass --data FOLDER to say where/],
    [
      ['predict', 'w.pth', 'p.png'],
      /CheckpointError: w\.pth: may hold weights, .* wick import FILE --model/,
    ],
    [
      [...importing, '-o', 'm.wick'],
      /the weights have 2 classes, whose names are required, by number; pass --classes NAMES/,
    ],
    [
      ['import', 'none.pth', '--model', 'mnistCnn', '-o', 'm.wick'],
      /none\.pth: there is no such file/,
    ],
    [['import', 'p.png', '--model', 'mnistCnn', '-o', 'm.wick'], /CheckpointError: .*p\.png: /],
    [
      ['import', 'w.pth', '-o', 'm.wick'],
      /wick import: w\.pth does not say what network its weights are of; pass --model NAME; /,
    ],
    [
      importing,
      /wick import: model\.wick is there already; pass --out FILE to say where the model goes, model\.wick to write over it/,
    ],
    [
      [...importing, '--classes', 'nofile.txt', '-o', 'm.wick'],
      /DataError: (\.\/)?nofile(\.txt)?: there is no such file; --classes takes a,b,c/,
    ],
    [
      [...importing, '--classes', './nofile', '-o', 'm.wick'],
      /DataError: (\.\/)?nofile(\.txt)?: there is no such file; --classes takes a,b,c/,
    ],
    [
      ['export', 'model.wick', '-o', 'x.zip'],
      /wick export: 'x\.zip' has an ending that says no format; pass --format onnx/,
    ],
    [
      ['explain', 'model.wick', 'p.png', '--layer', 'foo'],
      /ValueError: --layer 'foo': MnistCNN has no 'foo'/i,
    ],
  ];
  await requireRefused(
    folder,
    mistakes.map(([args, says]) => [args, 1, says]),
  );
});
