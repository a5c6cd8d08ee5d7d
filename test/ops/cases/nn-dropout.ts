import { Rng, unitFloat } from '../../../src/core/rng.js';
import { dropout, featureDropout } from '../../../src/ops/dropout.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { input, type OpCase } from '../op-case.js';

/** Seed 5 + 7·2³², draw 3, stream 2. */
const key = input([4], { dtype: 'int32', values: [5, 7, 3, 2] });

/** Draw d of the key's generator decides about run d. */
function dropped(x: Tensor, p: number, run: number): number[] {
  const rng = new Rng(5 + 7 * 2 ** 32, 2, 3);
  const kept = Array.from({ length: x.numel() / run }, () => unitFloat(rng.bits()) >= p);
  return Array.from(x.data, (value, i) => (kept[Math.floor(i / run)] ? value / (1 - p) : 0));
}

function each(shape: readonly number[], p: number): OpCase {
  return {
    name: `dropout [${shape}] p ${p}`,
    ops: ['dropout'],
    inputs: [input(shape), key],
    run: (x, k) => dropout([x, k], { p }),
    expected: (x) => dropped(x, p, 1),
  };
}

function channels(shape: readonly number[], p: number): OpCase {
  return {
    name: `featureDropout [${shape}] p ${p}`,
    ops: ['featureDropout'],
    inputs: [input(shape), key],
    run: (x, k) => featureDropout([x, k], { p }),
    expected: (x) =>
      dropped(
        x,
        p,
        shape.slice(2).reduce((n, size) => n * size, 1),
      ),
  };
}

export const dropoutCases: readonly OpCase[] = [
  each([4, 5], 0.5),
  each([3, 2, 3, 3], 0.2),
  each([7], 0),
  each([], 0.9),
  channels([3, 5, 2, 2], 0.5),
  channels([2, 3, 4], 0.25),
  channels([4, 3], 0.75),
  { ...each([5], 1), expected: () => [0, 0, 0, 0, 0] },
];
