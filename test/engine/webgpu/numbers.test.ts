/** Numbers that WGSL's own functions answer otherwise than a CPU: NaN, what no int32 can hold, and large angles. */
import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { ValueError } from '../../../src/core/errors.js';
import { Rng } from '../../../src/core/rng.js';
import type { WebGpuEngine } from '../../../src/engine/webgpu/webgpu.js';
import {
  compile,
  full,
  nn,
  noGrad,
  ones,
  type Tensor,
  tensor,
  useEngine,
  zeros,
} from '../../../src/index.js';
import { onEngine } from '../../ops/answers.js';
import { assertSame } from './as-reference.js';
import { software, withoutAdapter } from './machine.js';

afterEach(() => useEngine('reference'));
after(() => {
  if (typeof software !== 'string') software.stop();
});

/** Numbers of either sign with exponents of 2 from `low` to `high`. */
function spread(low: number, high: number): Float32Array {
  const rng = new Rng(7, low, high);
  return Float32Array.from({ length: 500 }, () => {
    const size = 2 ** rng.uniform(low, high);
    return rng.bool() ? size : -size;
  });
}

describe('engine webgpu on a software adapter', { skip: withoutAdapter }, () => {
  const engine = software as WebGpuEngine; // Else all of this is skipped.

  test('NaN differs from every number, on either side, and is true', () => {
    const [x, y] = [tensor([1, Number.NaN, Number.NaN, 2]), tensor([Number.NaN, 1, Number.NaN, 2])];
    for (const compare of ['ne', 'eq', 'lt', 'le', 'gt', 'ge'] as const)
      assertSame(engine, () => x[compare](y));
    assertSame(engine, () => x.mul(0).bool());
  });

  test('a target that is NaN makes a loss NaN', () => {
    useEngine(engine);
    const target = tensor([[Number.NaN, 0, 1]]);
    assert.equal(nn.functional.crossEntropy(ones([1, 3]), target).item(), Number.NaN);
  });

  test('floats become whole numbers as on the CPU, those that are too large and NaN as well', () => {
    const edges = [2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 54, 2 ** 55, 1e38, -1.5, 0.99];
    const none = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const x = tensor(new Float32Array([...edges, ...none, ...spread(-2, 60)]));
    assertSame(engine, () => x.int());
    assertSame(engine, () => x.to('uint8'));
  });

  test('sines and cosines of angles of any size', () => {
    for (const [low, high] of [
      [-10, 3],
      [3, 10],
      [10, 14],
      [14, 127.9],
    ] as const) {
      const x = spread(low, high);
      useEngine(engine);
      const [sines, cosines] = [tensor(x).sin().data, tensor(x).cos().data];
      x.forEach((angle, i) => {
        assert.ok(Math.abs((sines[i] ?? 0) - Math.sin(angle)) < 3e-7, `sin ${angle}: ${sines[i]}`);
        assert.ok(
          Math.abs((cosines[i] ?? 0) - Math.cos(angle)) < 3e-7,
          `cos ${angle}: ${cosines[i]}`,
        );
      });
    }
    assertSame(engine, () => tensor([Number.POSITIVE_INFINITY, Number.NaN]).sin());
  });

  test('bytes that went there four in a word are what they were', () => {
    for (const count of [4095, 4096, 4097, 5003]) {
      const given = Uint8Array.from({ length: count }, (_, i) => (i * 37) % 256);
      const there = onEngine(software as WebGpuEngine, () => tensor(given).to('float32').data);
      assert.deepEqual(there, Float32Array.from(given));
    }
  });

  test('a sum of bytes that no int32 can hold is refused, as on the CPU', () => {
    useEngine(engine);
    assert.equal(full([8_421_504], 255, { dtype: 'uint8' }).sum().item(), 2_147_483_520);
    const more = full([8_421_505], 255, { dtype: 'uint8' });
    assert.throws(
      () => more.sum().item(),
      /^ValueError: sum: the result 2147483775 is beyond int32/,
    );
  });

  test('what the host refuses is an error of those who read what was made of it, and of nobody else', async () => {
    useEngine(engine);
    const tooLarge = tensor([2 ** 31 - 1, 1], { dtype: 'int32' });
    const refused = (error: unknown) =>
      error instanceof ValueError && /^sum: the result 2147483648 is beyond/.test(error.message);
    const sum = tooLarge.sum();
    const derived = sum.add(1);
    assert.deepEqual(ones([2]).add(1).toArray(), [2, 2]);
    assert.throws(() => derived.item(), refused);
    await assert.rejects(sum.itemAsync(), refused);
    const into = zeros([1], { dtype: 'int32' }).to('gpu');
    noGrad(() => into.add_(sum));
    assert.throws(() => into.item(), refused);

    const step = compile((x: Tensor) => x.sum().add(1));
    assert.throws(() => step(tooLarge).item(), refused);
    assert.equal(step(tensor([3, 4], { dtype: 'int32' })).item(), 8);
  });
});
