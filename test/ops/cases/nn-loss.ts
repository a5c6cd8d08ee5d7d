import type { Reduction } from '../../../src/graph/attrs/training.js';
import { bce } from '../../../src/ops/bce.js';
import { bceWithLogits } from '../../../src/ops/bce-with-logits.js';
import { crossEntropy } from '../../../src/ops/cross-entropy.js';
import { nllLoss } from '../../../src/ops/nll-loss.js';
import { gradientsAt, type InputSpec, input, type OpCase } from '../op-case.js';

const reductions: readonly Reduction[] = ['mean', 'sum', 'none'];

interface ClassCase {
  readonly logits: readonly number[];
  readonly labels?: readonly number[];
  readonly weighted?: boolean;
  readonly reduction?: Reduction;
  readonly ignoreIndex?: number;
  readonly labelSmoothing?: number;
}

/** Labels by default are random; class weights are from 0.2 to 2. */
function inputsOf({ logits, labels, weighted = false }: ClassCase): InputSpec[] {
  const [n = 0, high = 0, ...rest] = logits;
  const shape = [n, ...rest];
  const target = input(shape, { dtype: 'int32', high, ...(labels && { values: labels }) });
  const weight = input([high], { low: 0.2, grad: false });
  return [input(logits), target, ...(weighted ? [weight] : [])];
}

function entropy(name: string, given: ClassCase): OpCase {
  const { reduction = 'mean', ignoreIndex = -100, labelSmoothing = 0, weighted = false } = given;
  return {
    name: `crossEntropy ${name}`,
    ops: ['crossEntropy', 'crossEntropyBackward'],
    inputs: inputsOf(given),
    run: (...tensors) => crossEntropy.all(tensors, { reduction, ignoreIndex, labelSmoothing }),
    torch:
      `(F.cross_entropy(a, b.long(), ${weighted ? 'c' : 'None'}, reduction='${reduction}', ` +
      `ignore_index=${ignoreIndex}, label_smoothing=${labelSmoothing}), F.log_softmax(a, 1).detach())`,
  };
}

function softEntropy(name: string, given: ClassCase): OpCase {
  const { logits, reduction = 'mean', labelSmoothing = 0, weighted = false } = given;
  const weight = input(logits.slice(1, 2), { low: 0.2, grad: false });
  return {
    name: `crossEntropy of probabilities ${name}`,
    ops: ['crossEntropy', 'crossEntropyBackward'],
    inputs: [input(logits), input(logits, { low: 0, high: 1 }), ...(weighted ? [weight] : [])],
    run: (...tensors) => crossEntropy(tensors, { reduction, ignoreIndex: -100, labelSmoothing }),
    torch:
      `F.cross_entropy(a, b, ${weighted ? 'c' : 'None'}, reduction='${reduction}', ` +
      `label_smoothing=${labelSmoothing})`,
  };
}

function likelihood(name: string, given: ClassCase): OpCase {
  const { reduction = 'mean', ignoreIndex = -100, weighted = false } = given;
  return {
    name: `nllLoss ${name}`,
    ops: ['nllLoss', 'nllLossBackward'],
    inputs: inputsOf(given),
    run: (...tensors) => nllLoss(tensors, { reduction, ignoreIndex }),
    torch:
      `F.nll_loss(a, b.long(), ${weighted ? 'c' : 'None'}, reduction='${reduction}', ` +
      `ignore_index=${ignoreIndex})`,
  };
}

const labels = [3, 0, 1, 4];
const someIgnored = [3, -100, 1, -100];

export const lossCases: readonly OpCase[] = [
  ...reductions.flatMap((reduction) =>
    [false, true].flatMap((weighted) => {
      const how = `${reduction}${weighted ? ' weighted' : ''}`;
      const plain = { logits: [4, 5], labels, reduction, weighted };
      const ignored = { ...plain, labels: someIgnored };
      const planes = { logits: [2, 3, 2, 2], reduction, weighted };
      return [
        entropy(how, plain),
        entropy(`${how} ignored`, ignored),
        entropy(`${how} ignoreIndex 1`, { ...plain, ignoreIndex: 1 }),
        entropy(`${how} smoothed`, { ...plain, labelSmoothing: 0.1 }),
        entropy(`${how} smoothed ignored`, { ...ignored, labelSmoothing: 0.3 }),
        entropy(`${how} planes`, planes),
        entropy(`${how} planes smoothed`, { ...planes, labelSmoothing: 0.2, ignoreIndex: 2 }),
        softEntropy(how, plain),
        softEntropy(`${how} smoothed`, { ...plain, labelSmoothing: 0.1 }),
        softEntropy(`${how} planes`, planes),
        likelihood(how, plain),
        likelihood(`${how} ignored`, ignored),
        likelihood(`${how} ignoreIndex 1`, { ...plain, ignoreIndex: 1 }),
        likelihood(`${how} planes`, planes),
      ];
    }),
  ),
  entropy('one sample of a thousand classes', { logits: [1, 1000] }),
  entropy('wholly smoothed', { logits: [3, 4], labelSmoothing: 1 }),
  entropy('one class', { logits: [3, 1] }),
  {
    ...entropy('extreme scores', { logits: [2, 3] }),
    inputs: [
      input([2, 3], { values: [1000, 0, -1000, -500, 80, 81] }),
      input([2], { dtype: 'int32', values: [2, 0] }),
    ],
  },
  {
    ...entropy('all ignored', { logits: [2, 3], labels: [-100, -100] }),
    ops: ['crossEntropy'],
    grad: false,
  },
  {
    ...likelihood('all ignored', { logits: [2, 3], labels: [-100, -100] }),
    ops: ['nllLoss'],
    grad: false,
  },
  ...reductions.map(
    (reduction): OpCase => ({
      name: `bceWithLogits ${reduction}`,
      ops: ['bceWithLogits'],
      inputs: [input([3, 4], { low: -4, high: 4 }), input([3, 4], { low: 0, high: 1 })],
      run: (x, target) => bceWithLogits([x, target], { reduction }),
      torch: `F.binary_cross_entropy_with_logits(a, b, reduction='${reduction}')`,
    }),
  ),
  ...reductions.map(
    (reduction): OpCase => ({
      name: `bceWithLogits ${reduction} with a weight of the positive part`,
      ops: ['bceWithLogits'],
      inputs: [
        input([3, 4], { low: -4, high: 4 }),
        input([3, 4], { low: 0, high: 1 }),
        input([3, 4], { low: 0.2, high: 3, grad: false }),
      ],
      run: (x, target, posWeight) => bceWithLogits([x, target, posWeight], { reduction }),
      torch: `F.binary_cross_entropy_with_logits(a, b, pos_weight=c, reduction='${reduction}')`,
    }),
  ),
  {
    name: 'bceWithLogits learns the weight of the positive part',
    ops: ['bceWithLogits'],
    inputs: [
      input([2], { values: [-1.5, 2] }),
      input([2], { values: [0.25, 0.75], grad: false }),
      input([2], { values: [3, 0.5] }),
    ],
    run: (x, target, posWeight) => bceWithLogits([x, target, posWeight], { reduction: 'none' }),
    expected: () => {
      const loss = (x: number, t: number, w: number) =>
        t * w * Math.log(1 + Math.exp(-x)) + (1 - t) * Math.log(1 + Math.exp(x));
      return [loss(-1.5, 0.25, 3), loss(2, 0.75, 0.5)];
    },
  },
  ...reductions.map(
    (reduction): OpCase => ({
      name: `bce ${reduction}`,
      ops: ['bce'],
      inputs: [input([3, 7], { low: 0.01, high: 0.99 }), input([3, 7], { low: 0.01, high: 0.99 })],
      run: (p, target) => bce([p, target], { reduction }),
      torch: `F.binary_cross_entropy(a, b, reduction='${reduction}')`,
    }),
  ),
  {
    name: 'bce of many',
    ops: ['bce'],
    inputs: [
      input([517], { low: 0.01, high: 0.99 }),
      input([517], { low: 0, high: 1, grad: false }),
    ],
    run: (p, target) => bce([p, target], { reduction: 'mean' }),
    torch: 'F.binary_cross_entropy(a, b)',
  },
  {
    name: 'bce of probabilities that are nearly certain',
    ops: ['bce'],
    inputs: [
      input([9], { values: [0, 1, 0, 1, 1e-38, 1e-9, 1e-7, 0.5, 0.9999999], grad: false }),
      input([9], { values: [1, 0, 0, 1, 1, 0, 0, 0.3, 0], grad: false }),
    ],
    run: (p, target) => [
      bce([p, target], { reduction: 'none' }),
      ...gradientsAt((v) => bce([v, target], { reduction: 'none' }), p),
    ],
    torch:
      "(F.binary_cross_entropy(a, b, reduction='none'), grad(lambda v: F.binary_cross_entropy(v, b, reduction='none'), a))",
  },
  {
    name: 'bceWithLogits of extreme scores',
    ops: ['bceWithLogits'],
    inputs: [
      input([4], { values: [1000, -1000, 88, -104] }),
      input([4], { values: [0, 1, 1, 0], grad: false }),
    ],
    run: (x, target) => bceWithLogits([x, target], { reduction: 'none' }),
    torch: "F.binary_cross_entropy_with_logits(a, b, reduction='none')",
  },
];
