import type { Size2d } from '../../../src/core/shape.js';
import { conv2d } from '../../../src/ops/conv2d.js';
import { input, type OpCase } from '../op-case.js';

interface ConvCase {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly bias?: boolean;
  readonly stride?: Size2d;
  readonly padding?: Size2d;
  readonly dilation?: Size2d;
  readonly groups?: number;
}

function conv(name: string, given: ConvCase): OpCase {
  const { x, w, bias = false, stride = [1, 1], padding = [0, 0], dilation = [1, 1] } = given;
  const { groups = 1 } = given;
  const b = bias ? [input(w.slice(0, 1))] : [];
  const attrs = `stride=[${stride}], padding=[${padding}], dilation=[${dilation}], groups=${groups}`;
  return {
    name: `conv2d ${name}`,
    ops: ['conv2d', 'conv2dBackwardInput', 'conv2dBackwardWeight'],
    inputs: [input(x), input(w), ...b],
    run: (...tensors) => conv2d(tensors, { stride, padding, dilation, groups }),
    torch: `F.conv2d(a, b, ${bias ? 'c' : 'None'}, ${attrs})`,
  };
}

/** Every stride, padding, dilation and grouping with every other, on shapes that are odd and not square. */
function everyCombination(): OpCase[] {
  const cases: OpCase[] = [];
  for (const stride of [
    [1, 1],
    [2, 1],
    [2, 2],
  ] as const)
    for (const padding of [
      [0, 0],
      [1, 2],
    ] as const)
      for (const dilation of [
        [1, 1],
        [2, 1],
        [2, 2],
      ] as const)
        for (const groups of [1, 2, 4])
          cases.push(
            conv(`stride ${stride} padding ${padding} dilation ${dilation} groups ${groups}`, {
              x: [2, 4, 5, 4],
              w: [4, 4 / groups, 3, 2],
              stride,
              padding,
              dilation,
              groups,
            }),
          );
  return cases;
}

export const convCases: readonly OpCase[] = [
  conv('3×3', { x: [1, 2, 4, 4], w: [3, 2, 3, 3], bias: true }),
  conv('3×3 padding 1', { x: [2, 1, 4, 4], w: [2, 1, 3, 3], padding: [1, 1], bias: true }),
  conv('1×1', { x: [2, 3, 3, 3], w: [2, 3, 1, 1], bias: true }),
  conv('1×1 stride 2', { x: [2, 3, 5, 4], w: [2, 3, 1, 1], stride: [2, 2] }),
  conv('5×5 padding 2', { x: [1, 1, 6, 5], w: [2, 1, 5, 5], padding: [2, 2] }),
  conv('7×7 stride 2 padding 3', {
    x: [1, 3, 9, 9],
    w: [2, 3, 7, 7],
    stride: [2, 2],
    padding: [3, 3],
  }),
  conv('kernel of the image', { x: [2, 2, 3, 4], w: [3, 2, 3, 4], bias: true }),
  conv('1×3 and padding 0×1', { x: [1, 2, 3, 5], w: [2, 2, 1, 3], padding: [0, 1] }),
  conv('padding beyond the kernel', { x: [1, 1, 3, 3], w: [1, 1, 2, 2], padding: [3, 2] }),
  conv('stride beyond the kernel', { x: [1, 2, 7, 8], w: [2, 2, 2, 2], stride: [3, 4] }),
  conv('odd channels', { x: [1, 5, 5, 5], w: [7, 5, 3, 3], bias: true, padding: [1, 1] }),
  conv('one output channel', { x: [3, 3, 4, 4], w: [1, 3, 3, 3], bias: true }),
  conv('depthwise', { x: [1, 3, 4, 4], w: [3, 1, 3, 3], groups: 3, bias: true, padding: [1, 1] }),
  conv('depthwise × 2 stride 2', {
    x: [2, 3, 5, 5],
    w: [6, 1, 3, 3],
    groups: 3,
    stride: [2, 2],
    padding: [1, 1],
  }),
  conv('dilation 3 padding 3', {
    x: [1, 1, 7, 7],
    w: [2, 1, 3, 3],
    dilation: [3, 3],
    padding: [3, 3],
  }),
  conv('groups 2 of odd channels', {
    x: [2, 6, 4, 3],
    w: [10, 3, 3, 3],
    groups: 2,
    padding: [1, 1],
  }),
  conv('17 → 18 channels', { x: [2, 17, 6, 7], w: [18, 17, 3, 3], bias: true, padding: [1, 1] }),
  conv('1 → 16 channels', { x: [1, 1, 14, 13], w: [16, 1, 3, 3], bias: true }),
  conv('16 → 32 channels', { x: [2, 16, 7, 6], w: [32, 16, 3, 3], bias: true }),
  ...everyCombination(),
];
