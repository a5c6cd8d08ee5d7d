/** Softmax and its logarithm along a dimension, and their gradients: a thread for each line. */
import { numel, type Shape } from '../../../core/shape.js';
import type { SoftmaxAttrs } from '../../../graph/attrs/reduction.js';
import { operands } from '../../../graph/op.js';
import { type Lowering, type Lowerings, lowering } from '../lowering.js';
import { each } from './map.js';

export interface Lines {
  readonly count: number;
  readonly size: number;
  readonly step: number;
  /** Statements that set `start`, the place of line i's first element, and a loop over the line, `at` each. */
  readonly start: string;
  loop(body: string): string;
}

export function linesOf(shape: Shape, dim: number): Lines {
  const size = shape[dim] ?? 1;
  const step = numel(shape.slice(dim + 1));
  return {
    ...{ count: numel(shape) / size, size, step },
    start: `    let start = i / ${step}u * ${size * step}u + i % ${step}u;`,
    loop: (body) =>
      `    for (var k = 0u; k < ${size}u; k++) { let at = start + k * ${step}u; ${body} }`,
  };
}

/** Sets `top` to the greatest of line i of in0 and `sum` to Σ e^(x − top). NaN makes the sum NaN. */
export function lineSum({ start, loop }: Lines): string {
  return `${start}
    var top = in0[start];
${loop('top = max(top, in0[at]);')}
    var sum = 0f;
${loop('sum += exp(in0[at] - top);')}`;
}

function forward(write: string): Lowering {
  return lowering<SoftmaxAttrs>(({ name, inputs, outputs, attrs: { dim } }) => {
    const [x] = operands(inputs);
    const [y] = operands(outputs);
    const lines = linesOf(x.shape, dim);
    const body = `${lineSum(lines)}\n${lines.loop(write)}`;
    return [each(name, lines.count, { reads: [x], writes: [y], body })];
  });
}

function backward(part: string, write: string): Lowering {
  return lowering<SoftmaxAttrs>(({ name, inputs, outputs, attrs: { dim } }) => {
    const [dy, y] = operands(inputs);
    const [dx] = operands(outputs);
    const { count, start, loop } = linesOf(y.shape, dim);
    const body = `${start}\n    var sum = 0f;\n${loop(`sum += ${part};`)}\n${loop(`out0[at] = ${write};`)}`;
    return [each(name, count, { reads: [dy, y], writes: [dx], body })];
  });
}

export const softmaxLowerings: Lowerings = {
  softmax: forward('out0[at] = exp(in0[at] - top) / sum;'),
  logSoftmax: forward('out0[at] = in0[at] - top - log(sum);'),
  softmaxBackward: backward('in0[at] * in1[at]', 'in1[at] * (in0[at] - sum)'),
  logSoftmaxBackward: backward('in0[at]', 'in0[at] - exp(in1[at]) * sum'),
};
