/** Random ops. PyTorch draws other numbers; the oracle is the counter-based generator itself. */
import { philox, Rng, unitFloat } from '../../../src/core/rng.js';
import { nextKey } from '../../../src/ops/next-key.js';
import { normal } from '../../../src/ops/normal.js';
import { randint } from '../../../src/ops/randint.js';
import { randperm } from '../../../src/ops/randperm.js';
import { uniform } from '../../../src/ops/uniform.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { input, type OpCase } from '../op-case.js';

const [seedLow, seedHigh, draw, stream] = [12345, 6, 7, 3];
const key = input([4], { dtype: 'int32', values: [seedLow, seedHigh, draw, stream] });

/** The first words of draw 7 of stream 3. */
function words(count: number): number[] {
  const rng = new Rng(seedHigh * 2 ** 32 + seedLow, stream, draw);
  return Array.from({ length: count }, () => rng.bits());
}

export const randomCases: readonly OpCase[] = [
  {
    name: 'uniform',
    ops: ['uniform'],
    inputs: [key],
    run: (k) => uniform([k], { shape: [2, 5], low: -1, high: 3, dtype: 'float32' }),
    expected: () => words(10).map((word) => -1 + 4 * unitFloat(word)),
  },
  {
    name: 'normal',
    ops: ['normal'],
    inputs: [key],
    run: (k) => normal([k], { shape: [7], mean: 2, std: 0.5, dtype: 'float32' }),
    expected: () =>
      words(8)
        .flatMap((_, i, all) => (i % 2 === 0 ? boxMuller(all[i] ?? 0, all[i + 1] ?? 0) : []))
        .map((deviate) => 2 + 0.5 * deviate)
        .slice(0, 7),
  },
  {
    name: 'randint',
    ops: ['randint'],
    inputs: [key],
    run: (k) => randint([k], { shape: [9], low: -3, high: 7, dtype: 'int32' }),
    expected: () => words(9).map((word) => Math.floor((word / 2 ** 32) * 10) - 3),
    tolerance: 0,
  },
  {
    name: 'randperm',
    ops: ['randperm'],
    inputs: [key],
    run: (k) => randperm([k], { n: 11 }),
    expected: () => shuffled(words(11)),
    tolerance: 0,
  },
  {
    name: 'nextKey',
    ops: ['nextKey'],
    inputs: [key],
    run: (state) => {
      const [drawn] = nextKey.inPlace('nextKey', [state], {});
      return [state, drawn as Tensor];
    },
    expected: () => [seedLow, seedHigh, draw + 1, stream],
    tolerance: 0,
  },
  {
    name: 'a draw of another block',
    ops: ['uniform'],
    inputs: [key],
    run: (k) => uniform([k], { shape: [4], low: 0, high: 1, dtype: 'float64' }),
    expected: () => {
      const block = new Uint32Array(4);
      philox(block, 0, draw, 0, stream, seedLow, seedHigh);
      return [...block].map(unitFloat);
    },
  },
];

function boxMuller(first: number, second: number): number[] {
  const radius = Math.sqrt(-2 * Math.log(1 - unitFloat(first)));
  const angle = 2 * Math.PI * unitFloat(second);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** Fisher–Yates from the back, place i by word i. */
function shuffled(random: readonly number[]): number[] {
  const rest = random.map((_, i) => i);
  const order: number[] = [];
  for (const word of random) {
    const place = Math.floor((word / 2 ** 32) * rest.length);
    const last = rest.length - 1;
    order.unshift(rest[place] ?? 0);
    rest[place] = rest[last] ?? 0;
    rest.pop();
  }
  return order;
}
