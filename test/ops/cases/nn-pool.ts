import type { Size2d } from '../../../src/core/shape.js';
import { adaptiveAvgPool2d } from '../../../src/ops/adaptive-avg-pool2d.js';
import { avgPool2d } from '../../../src/ops/avg-pool2d.js';
import { maxPool2d } from '../../../src/ops/max-pool2d.js';
import { type InputSpec, input, type OpCase } from '../op-case.js';

interface PoolCase {
  readonly x?: InputSpec;
  readonly stride?: Size2d;
  readonly padding?: Size2d;
  readonly dilation?: Size2d;
  readonly ceilMode?: boolean;
  readonly countIncludePad?: boolean;
}

const small = input([1, 2, 5, 6]);

function max(name: string, kernelSize: Size2d, given: PoolCase = {}): OpCase {
  const { x = small, stride = kernelSize, padding = [0, 0], dilation = [1, 1] } = given;
  const { ceilMode = false } = given;
  const attrs = `[${kernelSize}], [${stride}], [${padding}], [${dilation}], ${ceilMode ? 'True' : 'False'}`;
  return {
    name: `maxPool2d ${name}`,
    ops: ['maxPool2d', 'maxPool2dBackward'],
    inputs: [x],
    run: (a) => maxPool2d.all([a], { kernelSize, stride, padding, dilation, ceilMode }),
    torch: `F.max_pool2d(a, ${attrs}, return_indices=True)`,
  };
}

function withoutGradient(name: string, stride: Size2d, values: readonly number[]): OpCase {
  const x = input([1, 1, 4, 4], { values, grad: false });
  return { ...max(name, [2, 2], { x, stride }), ops: ['maxPool2d'] };
}

function avg(name: string, kernelSize: Size2d, given: PoolCase = {}): OpCase {
  const { x = small, stride = kernelSize, padding = [0, 0] } = given;
  const { ceilMode = false, countIncludePad = true } = given;
  const flags = [ceilMode, countIncludePad].map((flag) => (flag ? 'True' : 'False'));
  return {
    name: `avgPool2d ${name}`,
    ops: ['avgPool2d', 'avgPool2dBackward'],
    inputs: [x],
    run: (a) => avgPool2d([a], { kernelSize, stride, padding, ceilMode, countIncludePad }),
    torch: `F.avg_pool2d(a, [${kernelSize}], [${stride}], [${padding}], ${flags})`,
  };
}

function adaptive(x: readonly number[], outputSize: Size2d): OpCase {
  return {
    name: `adaptiveAvgPool2d [${x}] → ${outputSize.join('×')}`,
    ops: ['adaptiveAvgPool2d', 'adaptiveAvgPool2dBackward'],
    inputs: [input(x)],
    run: (a) => adaptiveAvgPool2d([a], { outputSize }),
    torch: `F.adaptive_avg_pool2d(a, [${outputSize}])`,
  };
}

const ties = [1, 1, 0, 1, 1, 1, 2, 2, 0, 2, 2, 2, -1, -1, -1, -1];
const broken = [
  1,
  NaN,
  0,
  1,
  3,
  NaN,
  2,
  2,
  -Infinity,
  -Infinity,
  Infinity,
  2,
  -Infinity,
  -Infinity,
  1,
  2,
];

export const poolCases: readonly OpCase[] = [
  max('2×2', [2, 2]),
  max('2×2 of odd planes, batch 2', [2, 2], { x: input([2, 3, 5, 3]) }),
  max('2×2 ceilMode', [2, 2], { x: input([1, 2, 5, 5]), ceilMode: true }),
  max('3×3 stride 2', [3, 3], { stride: [2, 2] }),
  max('3×3 stride 2 padding 1', [3, 3], { stride: [2, 2], padding: [1, 1] }),
  max('3×3 stride 2 padding 1 ceilMode', [3, 3], {
    stride: [2, 2],
    padding: [1, 1],
    ceilMode: true,
  }),
  max('3×3 stride 1 padding 1', [3, 3], { stride: [1, 1], padding: [1, 1] }),
  max('3×2 stride 2×1 padding 1×0', [3, 2], { stride: [2, 1], padding: [1, 0] }),
  max('2×2 dilation 2', [2, 2], { stride: [1, 1], dilation: [2, 2] }),
  max('3×3 dilation 2 padding 1', [3, 3], {
    x: input([1, 1, 7, 8]),
    stride: [2, 2],
    padding: [1, 1],
    dilation: [2, 2],
  }),
  max('2×3 dilation 2×1 padding 1 ceilMode', [2, 3], {
    x: input([1, 1, 6, 7]),
    stride: [2, 2],
    padding: [1, 1],
    dilation: [2, 1],
    ceilMode: true,
  }),
  max('stride 3 ceilMode', [2, 2], { x: input([1, 1, 6, 7]), stride: [3, 3], ceilMode: true }),
  max('whole plane', [5, 6]),
  withoutGradient('ties', [2, 2], ties),
  withoutGradient('overlapping ties', [1, 1], ties),
  withoutGradient('NaN and infinities', [2, 2], broken),
  avg('2×2', [2, 2]),
  avg('2×2 of odd planes, batch 2', [2, 2], { x: input([2, 3, 5, 3]) }),
  avg('3×3 stride 2', [3, 3], { stride: [2, 2] }),
  avg('3×3 stride 2 padding 1', [3, 3], { stride: [2, 2], padding: [1, 1] }),
  avg('3×3 stride 2 padding 1 without padding in the mean', [3, 3], {
    stride: [2, 2],
    padding: [1, 1],
    countIncludePad: false,
  }),
  avg('2×2 ceilMode', [2, 2], { x: input([1, 2, 5, 5]), ceilMode: true }),
  avg('3×3 stride 2 padding 1 ceilMode', [3, 3], {
    stride: [2, 2],
    padding: [1, 1],
    ceilMode: true,
  }),
  avg('3×3 stride 2 padding 1 ceilMode without padding in the mean', [3, 3], {
    stride: [2, 2],
    padding: [1, 1],
    ceilMode: true,
    countIncludePad: false,
  }),
  avg('2×3 stride 1×2 padding 1×0', [2, 3], { stride: [1, 2], padding: [1, 0] }),
  avg('stride 3 ceilMode', [2, 2], { x: input([1, 1, 6, 7]), stride: [3, 3], ceilMode: true }),
  avg('whole plane', [5, 6]),
  adaptive([2, 3, 4, 3], [1, 1]),
  adaptive([1, 2, 5, 6], [2, 3]),
  adaptive([1, 2, 5, 7], [3, 2]),
  adaptive([1, 2, 3, 2], [5, 4]),
  adaptive([1, 2, 4, 4], [4, 4]),
  adaptive([1, 1, 6, 5], [1, 5]),
];
