/** torchvision's architectures: their keys, shapes and logits are those of the originals. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { numel, type Shape } from '../../../src/core/shape.js';
import { useEngine } from '../../../src/engine/select.js';
import { skipInit } from '../../../src/nn/init.js';
import type { Module } from '../../../src/nn/module.js';
import { noGrad } from '../../../src/tensor/grad-mode.js';
import { createModel, modelNames } from '../../../src/vision/models/registry.js';
import { assertClose } from '../../nn/close.js';
import { counterValues } from '../../nn/counter-values.js';

interface Golden {
  readonly keys: Readonly<Record<string, Readonly<Record<string, Shape>>>>;
  readonly logits: Readonly<Record<string, { side: number; values: readonly number[] }>>;
}

const golden = JSON.parse(
  gunzipSync(readFileSync('test/goldens/zoo.json.gz')).toString(),
) as Golden; // written by scripts/goldens/zoo.py

/** Networks that torchvision does not have. */
const others = [
  ...['mnistCnn', 'cifarCnn', 'cifarFast', 'sneakerCnn', 'lenet'],
  ...['ferCnn', 'blockCnn2', 'blockCnn3', 'blockCnn4'],
];

const make = (name: string, options: Record<string, number> = {}): Module =>
  skipInit(() => createModel({ name, options }));

test('the registry holds torchvision’s architectures and the tutorials’', () => {
  const known = [...Object.keys(golden.keys), ...others];
  assert.deepEqual(
    modelNames.filter((name) => !name.startsWith('cifar_resnet')).sort(),
    known.sort(),
  );
});

for (const [name, shapes] of Object.entries(golden.keys))
  test(`${name} has the keys and shapes of torchvision's`, () => {
    const state = [...make(name).stateDict()].map(([key, { shape }]) => [key, shape]);
    assert.deepEqual(Object.fromEntries(state), shapes);
    assert.deepEqual(
      state.map(([key]) => key),
      Object.keys(shapes),
    );
  });

/** As in scripts/goldens/zoo.py. */
function fill(model: Module): void {
  [...model.stateDict()].forEach(([name, tensor], k) => {
    if (tensor.dtype !== 'float32') return;
    const { shape } = tensor;
    const bound = Math.sqrt((3 * (shape[0] ?? 1)) / numel(shape));
    const [low, high] = name.endsWith('running_var')
      ? [0.5, 1.5]
      : shape.length >= 2
        ? [-bound, bound]
        : name.endsWith('weight')
          ? [0.8, 1.2]
          : [-0.1, 0.1];
    noGrad(() => tensor.copy_(counterValues(shape, 100 + k, low, high)));
  });
}

for (const [name, { side, values }] of Object.entries(golden.logits))
  test(`${name} computes the logits of torchvision's`, () => {
    useEngine('wasm');
    const size = name === 'vit_b_16' ? { imageSize: side } : {};
    const model = make(name, { numClasses: 10, ...size }).eval();
    fill(model);
    const y = noGrad(() => model.forward(counterValues([2, 3, side, side], 7, -2, 2)));
    assertClose(y, values, 2e-4, 'logits');
  });

test('CIFAR ResNets have the sizes of the paper', () => {
  const millions = { 20: 0.27, 32: 0.46, 44: 0.66, 56: 0.85 };
  for (const [depth, wanted] of Object.entries(millions)) {
    const count = make(`cifar_resnet${depth}`)
      .parameters()
      .reduce((sum, { shape }) => sum + numel(shape), 0);
    assert.ok(Math.abs(count / 1e6 - wanted) < 0.01, `${depth}: ${count}`);
  }
});

test('grey pictures and a ViT of another size', () => {
  assert.deepEqual(
    make('resnet50', { inChannels: 1 }).stateDict().get('conv1.weight')?.shape,
    [64, 1, 7, 7],
  );
  assert.throws(
    () => make('vit_b_16', { imageSize: 100 }),
    /imageSize=100 must be a multiple of 16/,
  );
});
