/** Leaving out what is drawn over changes no value, and no draw after it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { fillOnce } from '../../src/nn/fill-once.js';
import * as nn from '../../src/nn/index.js';
import '../../src/ops/index.js';
import { rand } from '../../src/ops/random.js';
import { zeros } from '../../src/tensor/creation.js';
import { manualSeed } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { BasicBlock, ResNet, resnet18 } from '../../src/vision/models/resnet.js';

const { init } = nn;

/** Every kind of fill, of weights that their layers have filled before, and two layers that are left as they are. */
function network(): nn.Module {
  const fills: readonly ((weight: Tensor) => unknown)[] = [
    (w) => init.normal_(w, 1, 2),
    (w) => init.truncNormal_(w, { std: 0.1 }),
    (w) => init.orthogonal_(w),
    (w) => init.xavierUniform_(w),
    (w) => init.constant_(w, 3),
    (w) => init.uniform_(init.zeros_(w)),
    (w) => init.zeros_(init.uniform_(w)),
  ];
  const layers = Array.from({ length: fills.length + 2 }, () => new nn.Linear(6, 5));
  fills.forEach((fill, i) => {
    const layer = layers[i];
    assert.ok(layer);
    fill(layer.weight);
  });
  return new nn.Sequential(...layers);
}

/** Each tensor's bytes as a sum of its own: of millions of values a comparison one by one takes minutes. */
const valuesOf = (model: nn.Module) =>
  [...model.stateDict()].map(([key, { data }]: [string, Tensor]) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return `${key} ${createHash('sha256').update(bytes).digest('hex')}`;
  });

test('weights and the draws after them are as ever, to the last bit', () => {
  manualSeed(5);
  const plain = [network(), network()].map(valuesOf);
  const after = rand([4]).toArray();
  manualSeed(5);
  const once = fillOnce(() => [network(), fillOnce(network)]);
  assert.deepEqual(rand([4]).toArray(), after);
  assert.deepEqual(once.map(valuesOf), plain);
});

test('networks are made so: what a constructor alone makes is the same', () => {
  const shape = { numClasses: 3, inChannels: 1, imageSize: 32 };
  manualSeed(7);
  const plain = valuesOf(new ResNet({ block: BasicBlock, layers: [2, 2, 2, 2] }, shape));
  manualSeed(7);
  assert.deepEqual(valuesOf(resnet18(shape)), plain);
});

test('a tensor is filled once, with what comes last', () => {
  const w = zeros([3]);
  fillOnce(() => {
    init.ones_(w);
    assert.deepEqual(w.toArray(), [0, 0, 0]);
    init.constant_(w, 2);
  });
  assert.deepEqual(w.toArray(), [2, 2, 2]);
});

test('who fails leaves no fill behind, and fills go on as usual', () => {
  const w = zeros([1]);
  const fail = () => {
    init.ones_(w);
    throw new RangeError('no');
  };
  assert.throws(() => fillOnce(fail), RangeError);
  assert.deepEqual(w.toArray(), [0]);
  assert.deepEqual(init.ones_(w).toArray(), [1]);
  assert.throws(() => fillOnce(async () => 1), { name: 'ValueError', message: /^fillOnce: / });
  assert.deepEqual(init.zeros_(w).toArray(), [0]);
});

test('skipInit skips within it, and takes no draw', () => {
  manualSeed(5);
  const next = rand([1]).toArray();
  manualSeed(5);
  const layer = fillOnce(() => init.skipInit(() => new nn.Linear(2, 2)));
  assert.deepEqual(rand([1]).toArray(), next);
  assert.deepEqual(layer.weight.toArray(), [
    [0, 0],
    [0, 0],
  ]);
});
