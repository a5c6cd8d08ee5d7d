import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../../src/ops/index.js';
import { summarize } from '../../../src/report/model-summary.js';
import { createModel, modelNames } from '../../../src/vision/models/registry.js';

/** The smallest picture that each network still sees something of. */
const smallest: Readonly<Record<string, number>> = {
  mnistCnn: 10,
  cifarCnn: 8,
  sneakerCnn: 28,
  cifarFast: 25,
  ferCnn: 16,
  blockCnn2: 4,
  blockCnn4: 16,
};

test('residual networks pool over all of the picture, whatever its size', () => {
  assert.ok(Object.keys(smallest).every((name) => modelNames.includes(name)));
  const model = createModel({ name: 'resnet18', options: { numClasses: 4, inChannels: 1 } });
  for (const size of [1, 57]) {
    const { layers } = summarize(model, [2, 1, size, size]);
    assert.deepEqual(layers[0]?.outputShape, [2, 4]);
  }
});

for (const [name, min] of Object.entries(smallest))
  test(`${name} fits pictures of any channels and size from ${min} pixels on`, () => {
    for (const imageSize of [min, min + 1, min + 7, 57])
      for (const inChannels of [1, 3]) {
        const model = createModel({ name, options: { numClasses: 4, inChannels, imageSize } });
        const { layers } = summarize(model, [2, inChannels, imageSize, imageSize]);
        assert.deepEqual(layers[0]?.outputShape, [2, 4], `${inChannels}×${imageSize}`);
      }
  });

test('too small pictures are refused where they would vanish', () => {
  const make = (name: string, imageSize: number) => () =>
    createModel({ name, options: { numClasses: 2, imageSize } });
  assert.throws(make('sneakerCnn', 27), {
    name: 'ValueError',
    message:
      'SneakerCNN: imageSize=27 must be a whole number ≥ 28: smaller pictures vanish in the poolings',
  });
  assert.throws(make('cifarCnn', 7), /CifarCNN: imageSize=7 must be a whole number ≥ 8/);
  assert.throws(make('mnistCnn', 9), /MnistCNN: imageSize=9 must be a whole number ≥ 10/);
});

test('options that a network does not have, or that are no counts, are named', () => {
  const make = (options: Readonly<Record<string, unknown>>) => () =>
    createModel({ name: 'cifarCnn', options });
  assert.throws(make({ depth: 3 }), {
    name: 'ValueError',
    message: "cifarCnn: has no option 'depth'; it has numClasses, inChannels, imageSize",
  });
  assert.throws(make({ numClasses: 'ten' }), {
    message: "cifarCnn: numClasses='ten' must be a whole number ≥ 1",
  });
  assert.throws(() => createModel({ name: 'vgg', options: {} }), {
    message: /^createModel: name='vgg' must be one of mnistCnn, cifarCnn,/,
  });
});
