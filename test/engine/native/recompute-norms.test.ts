/** Normalised tensors that are made again for a gradient, and have room for an image of each thread: as on `reference`. */
import '../../../src/ops/index.js';
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compile } from '../../../src/compile/compile.js';
import { Rng } from '../../../src/core/rng.js';
import { numel, type Shape } from '../../../src/core/shape.js';
import type { NativeEngine } from '../../../src/engine/native/native.js';
import type { Precision } from '../../../src/engine/precision.js';
import { useEngine } from '../../../src/engine/select.js';
import { batchNorm, conv2d, relu } from '../../../src/nn/functional.js';
import { fromArray } from '../../../src/tensor/creation.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { openMachineCode, withoutNarrow, withoutNative } from './machine.js';

const engines = new Map<number, NativeEngine>();
const engineOf = (threads: number): NativeEngine => {
  const engine = engines.get(threads) ?? openMachineCode({ threads });
  engines.set(threads, engine);
  return engine;
};
after(() => {
  for (const engine of engines.values()) engine.stop();
});

const [channels, wide, pixels] = [24, 48, 62];

function draw(rng: Rng, shape: Shape, scale = 1): Tensor {
  const values = Float32Array.from({ length: numel(shape) }, () => scale * rng.normal());
  return fromArray(values, shape);
}

interface Asked {
  readonly images: number;
  /** Of both normalisations. */
  readonly ends: (x: Tensor) => Tensor;
  /** Whether the step returns what the first makes. */
  readonly returns?: boolean;
  readonly precision?: Precision;
}

/** An inverted residual in training: what it makes, the gradients of its weights, and what its plan says of itself. */
function train({ images, ends, returns = false, precision }: Asked) {
  const rng = new Rng(9, 0, 0);
  const x = draw(rng, [images, channels, pixels, pixels]);
  const [up, own] = [draw(rng, [wide, channels, 1, 1], 0.2), draw(rng, [wide, 1, 3, 3], 0.3)];
  const down = draw(rng, [channels, wide, 1, 1], 0.15);
  const options = { stride: 2, padding: 1, groups: wide };
  const norm = (t: Tensor) => ends(batchNorm(t, null, null, { training: true }));
  const step = compile((given: Tensor, ...weights: Tensor[]): Record<string, Tensor> => {
    const [a, b, c] = weights.map((t) => t.detach().requiresGrad_(true));
    if (!a || !b || !c) throw new RangeError('three weights');
    const inside = norm(conv2d(given, a));
    const y = conv2d(norm(conv2d(inside, b, null, options)), c);
    y.mul(y).sum().backward();
    const made = { y, ...(returns && { inside }) };
    const gradients = [a, b, c].map((t, i) => [`${i}`, t.grad] as const);
    return { ...made, ...Object.fromEntries(gradients.flatMap(([k, g]) => (g ? [[k, g]] : []))) };
  }, precision && { precision });
  const found = step(x, up, own, down);
  const { program } = step;
  return {
    values: Object.values(found).map(({ data }) => Float32Array.from(data)),
    again: program
      .split('\n')
      .filter((line) => /^batchNormScale .*= batchNormEval(Clamp|Relu)\(/.test(line)).length,
    mebibytes: Number(/([\d.]+) MiB$/.exec(program)?.[1]),
  };
}

const size = (values: Float32Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));

function assertNear(
  values: readonly Float32Array[],
  expected: readonly Float32Array[],
  share: number,
) {
  assert.equal(values.length, expected.length);
  expected.forEach((wanted, i) => {
    const error = size(wanted.map((v, j) => v - (values[i]?.[j] ?? NaN))) / size(wanted);
    assert.ok(error <= share, `result ${i} is off by ${error} of its size`);
  });
}

const endings = { relu, relu6: (x: Tensor) => x.relu6() };

describe('normalisations that are made again', { skip: withoutNative }, () => {
  for (const [name, ends] of Object.entries(endings))
    for (const [images, threads] of [
      [6, 1],
      [6, 3],
      [5, 3], // shares that are no whole images
    ] as const)
      test(`${images} images, ${name}, ${threads} threads`, () => {
        useEngine('reference');
        const { values: expected } = train({ images, ends });
        useEngine(engineOf(threads));
        const { values, again } = train({ images, ends });
        assert.equal(again, images % threads === 0 ? 2 : 0);
        assertNear(values, expected, 1e-5);
        assert.deepEqual(train({ images, ends }).values, values, 'a second run');
      });

  test('what a step returns is made once, and whole', () => {
    const asked = { images: 6, ends: endings.relu6 };
    useEngine('reference');
    const { values: expected } = train({ ...asked, returns: true });
    useEngine(engineOf(3));
    const { values, mebibytes } = train({ ...asked, returns: true });
    assertNear(values, expected, 1e-5);
    const { mebibytes: less } = train(asked);
    assert.ok(less < mebibytes, `${less} MiB, and ${mebibytes} where it is returned`);
  });

  test('in bfloat16 before depthwise convolutions', { skip: withoutNarrow }, () => {
    const asked = { images: 6, ends: endings.relu6 };
    useEngine('reference');
    const { values: expected } = train(asked);
    for (const threads of [1, 3]) {
      useEngine(engineOf(threads));
      const narrow = { ...asked, precision: 'bfloat16' } as const;
      const { values, again } = train(narrow);
      assert.equal(again, 1, 'the one that a depthwise convolution reads');
      assertNear(values, expected, 0.04);
      assert.deepEqual(train(narrow).values, values, 'a second run');
    }
  });
});
