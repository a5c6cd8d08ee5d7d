/** Phases of engine `native` that go image by image run together, where threads have whole images: as on `reference`, bit for bit twice. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import { numel, type Shape } from '../../../src/core/shape.js';
import type { Engine } from '../../../src/engine/engine.js';
import { useEngine } from '../../../src/engine/select.js';
import { batchNorm, conv2d, maxPool2d, relu } from '../../../src/nn/functional.js';
import { fromArray } from '../../../src/tensor/creation.js';
import { noGrad } from '../../../src/tensor/grad-mode.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { openMachineCode, withoutNative } from './machine.js';

const engines = new Map<number, Engine>();
const engineOf = (threads: number): Engine => {
  const engine = engines.get(threads) ?? openMachineCode({ threads });
  engines.set(threads, engine);
  return engine;
};
after(() => {
  for (const engine of engines.values()) if ('stop' in engine) (engine as { stop(): void }).stop();
});

function draw(rng: Rng, shape: Shape, mean = 0): Tensor {
  return fromArray(
    Float32Array.from({ length: numel(shape) }, () => mean + rng.normal()),
    shape,
  );
}

const channels = 24;

interface Network {
  readonly size: readonly [number, number];
  /** Of the depthwise convolution. */
  readonly stride: number;
  /** Of x. */
  readonly mean: number;
}

const small: Network = { size: [13, 18], stride: 1, mean: 30 };

/** An inverted residual of MobileNetV2, and a pooling, in training; x is far from 0 and lies elsewhere in each image. */
function train(engine: Engine | 'reference', images: number, { size, stride, mean } = small) {
  useEngine(engine);
  const rng = new Rng(4, 0, 0);
  const x = draw(rng, [images, channels, ...size], mean);
  x.data.forEach((value, i) => {
    x.data[i] = value + Math.floor(i / (channels * size[0] * size[1]));
  });
  const wide = 48;
  const [up, down] = [draw(rng, [wide, channels, 1, 1]), draw(rng, [channels, wide, 1, 1])];
  const [own, mixed] = [draw(rng, [wide, 1, 3, 3]), draw(rng, [32, channels, 3, 3])];
  const norm = (t: Tensor) => batchNorm(t, null, null, { training: true });
  const step = compile((given: Tensor, ...weights: Tensor[]): Record<string, Tensor> => {
    const [a, b, c, d] = weights.map((t) => t.detach().requiresGrad_(true));
    if (!a || !b || !c || !d) throw new RangeError('four weights');
    const inside = norm(conv2d(given, a)).relu6();
    const spread = norm(conv2d(inside, b, null, { stride, padding: 1, groups: wide })).relu6();
    const mixed = norm(conv2d(spread, c));
    const narrow = stride === 1 ? mixed.add(given) : mixed;
    const y = maxPool2d(relu(norm(conv2d(narrow, d, null, { padding: 1 }))), 2);
    y.mul(y).sum().backward();
    const gradients = [a, b, c, d].map((t, i) => [`${i}`, t.grad] as const);
    return { y, ...Object.fromEntries(gradients.flatMap(([k, g]) => (g ? [[k, g]] : []))) };
  });
  const found = step(x, up, own, down, mixed);
  return {
    values: Object.values(found).map(({ data }) => Float32Array.from(data)),
    merged: mergedPhases(step.program),
  };
}

/** Lines of phases that several nodes share. */
const mergedPhases = (program: string) => program.split('\n').filter((line) => / \+ %/.test(line));

function requireClose(found: readonly Float32Array[], expected: readonly Float32Array[]): void {
  expected.forEach((list, i) => {
    const largest = list.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-3);
    list.forEach((want, j) => {
      const got = Number(found[i]?.[j]);
      assert.ok(Math.abs(got - want) <= 2e-4 * largest, `${i}[${j}]: ${got}, not ${want}`);
    });
  });
}

describe('phases image by image', { skip: withoutNative }, () => {
  for (const [images, threads, merges] of [
    [6, 1, true],
    [6, 3, true],
    [5, 1, true],
    [5, 3, false],
  ] as const)
    test(`${images} images, ${threads} threads`, () => {
      const { values: expected } = train('reference', images);
      const { values, merged } = train(engineOf(threads), images);
      assert.equal(merged.length > 0, merges);
      assert.equal(values.length, 5);
      if (merges) {
        const has = (...parts: readonly string[]) =>
          merged.some((line) =>
            new RegExp(parts.map((part) => `= ${part}\\(.*`).join('')).test(line),
          );
        assert.ok(has('conv2d', 'batchNormClamp'), 'statistics behind a convolution');
        assert.ok(has('batchNormClamp', 'conv2d'), 'a convolution behind a normalisation');
        assert.ok(has('batchNormClampBackward', 'conv2dBackwardWeight'), 'gradients of weights');
        assert.ok(has('conv2dBackwardInput', 'batchNormClampBackward'), 'sums of a gradient');
      }
      requireClose(values, expected);
      assert.deepEqual(train(engineOf(threads), images).values, values, 'a second run');
    });

  // Images of which a core's cache holds some rows at a time, and odd ones at the ends.
  for (const stride of [1, 2])
    for (const threads of [1, 2])
      test(`some rows after the other, stride ${stride}, ${threads} threads`, () => {
        const network: Network = { size: [67, 71], stride, mean: 1 };
        const { values: expected } = train('reference', 2, network);
        const { values } = train(engineOf(threads), 2, network);
        requireClose(values, expected);
        assert.deepEqual(train(engineOf(threads), 2, network).values, values, 'a second run');
      });

  test('convolutions of each other are not merged: all between them would live at once', () => {
    useEngine(engineOf(1));
    const rng = new Rng(4, 0, 0);
    const [x, w] = [draw(rng, [4, channels, ...small.size]), draw(rng, [channels, channels, 1, 1])];
    const step = compile((t: Tensor) =>
      noGrad(() => conv2d(relu(conv2d(relu(conv2d(t, w)), w)), w)),
    );
    step(x);
    assert.deepEqual(mergedPhases(step.program), []);
  });
});
