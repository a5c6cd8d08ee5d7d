/** Cross entropy of scores `[N, K, …]` against labels or probabilities, and its gradient. */
import { requireLabels } from '../../../core/labels.js';
import { numel } from '../../../core/shape.js';
import type { CrossEntropyAttrs } from '../../../graph/attrs/training.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { literal } from '../kernel.js';
import { type Lowerings, lowering } from '../lowering.js';
import { foldKernel } from './fold.js';
import { each } from './map.js';
import { lineSum, linesOf } from './softmax.js';

interface Parts {
  /** Statement that sets `part`, w_k · q_k of class k at `at`. */
  readonly part: string;
  /** Whether place i counts. */
  readonly counts: string;
  /** What place i adds to the divisor of a mean. */
  readonly weight: string;
}

/** `t` and `w` name the arrays of targets and class weights; a label outside the classes makes its loss NaN. */
function partsOf(
  target: Value,
  classes: number,
  t: string,
  w: string | undefined,
  { ignoreIndex, labelSmoothing }: Pick<CrossEntropyAttrs, 'ignoreIndex' | 'labelSmoothing'>,
): Parts {
  const labels = target.dtype === 'int32';
  const given = labels ? `select(0f, 1f, i32(k) == ${t}[i])` : `${t}[at]`;
  const smooth =
    labelSmoothing === 0
      ? given
      : `${given} * ${literal(1 - labelSmoothing)} + ${literal(labelSmoothing / classes)}`;
  const weighted = w === undefined ? 'wanted' : `select(wanted * ${w}[k], 0f, wanted == 0f)`;
  return {
    part: `let wanted = ${smooth}; let part = ${weighted};`,
    counts: labels ? `${t}[i] != ${ignoreIndex}i` : 'true',
    weight: !labels || w === undefined ? '1f' : `${w}[u32(${t}[i])]`,
  };
}

const crossEntropy = lowering<CrossEntropyAttrs>((node, context) => {
  const { name, inputs, outputs, attrs } = node;
  const [logits, target] = operands(inputs);
  const weight = inputs[2];
  const [loss, logProbabilities] = operands(outputs);
  const lines = linesOf(logits.shape, 1);
  const { count, size } = lines;
  const labels = target.dtype === 'int32';
  if (labels)
    context.check(target, (data) => requireLabels('crossEntropy', data, size, attrs.ignoreIndex));
  const parts = partsOf(target, size, 'in1', weight && 'in2', attrs);
  const single = attrs.reduction === 'none' ? loss : context.scratch([count]);
  const weights = context.scratch([count]);
  const isOutside = labels ? `in1[i] < 0i || in1[i] >= ${size}i` : 'false';
  const body = `${lineSum(lines)}
    let normal = top + log(sum);
    var total = 0f;
${lines.loop(`let logp = in0[at] - normal; out0[at] = logp; ${parts.part} if (differs(part, 0f)) { total -= part * logp; }`)}
    let counts = ${parts.counts};
    out1[i] = select(0f, select(total, notANumber(), ${isOutside}), counts);
    var weight = 0f;
    if (counts) { weight = ${parts.weight}; }
    out2[i] = weight;`;
  const rows = each(name, count, {
    reads: inputs,
    writes: [logProbabilities, single, weights],
    body,
  });
  if (attrs.reduction === 'none') return [rows];
  return [rows, totalKernel(`${name} total`, single, weights, loss, attrs.reduction === 'mean')];
});

function totalKernel(name: string, single: Value, weights: Value, loss: Value, mean: boolean) {
  const walk = { count: 1, size: numel(single.shape), base: '0u', place: 'q' };
  return foldKernel(name, [single, weights], [loss], walk, {
    state: [
      ['total', 'f32', '0f'],
      ['weight', 'f32', '0f'],
    ],
    take: 'total += in0[at]; weight += in1[at];',
    merge: 'total += totalB; weight += weightB;',
    finish: `out0[0] = ${mean ? 'total / weight' : 'total'};`,
  });
}

const crossEntropyBackward = lowering<CrossEntropyAttrs>((node, context) => {
  const { name, inputs, outputs, attrs } = node;
  const [dy, logProbabilities, target] = operands(inputs);
  const weight = inputs[3];
  const [dlogits] = operands(outputs);
  const lines = linesOf(logProbabilities.shape, 1);
  const divisor = context.scratch([1]);
  const parts = partsOf(target, lines.size, 'in2', weight && 'in3', attrs);
  const reads = weight === undefined ? [dy, logProbabilities, target] : inputs;
  const single = attrs.reduction === 'none' ? 'in0[i]' : 'in0[0]';
  const scale = attrs.reduction === 'mean' ? ` / in${reads.length}[0]` : '';
  const body = `${lines.start}
    var sum = 0f;
    let counts = ${parts.counts};
${lines.loop(`${parts.part} sum += part;`)}
    if (!counts) { sum = 0f; }
    let gradient = ${single}${scale};
${lines.loop(`${parts.part} out0[at] = select(gradient * (exp(in1[at]) * sum - part), 0f, sum == 0f);`)}`;
  const rows = each(name, lines.count, {
    ...{ reads: scale === '' ? reads : [...reads, divisor], writes: [dlogits], body },
  });
  if (scale === '') return [rows];
  return [divisorKernel(target, weight, divisor, lines.count, attrs), rows];
});

/** The sum of the weights of the places that count. */
export function divisorKernel(
  target: Value,
  weight: Value | undefined,
  divisor: Value,
  places: number,
  attrs: Pick<CrossEntropyAttrs, 'ignoreIndex' | 'labelSmoothing'>,
) {
  const parts = partsOf(target, 1, 'in0', weight && 'in1', attrs);
  const at = (text: string) => text.replaceAll('[i]', '[q]');
  const walk = { count: 1, size: places, base: '0u', place: 'q' };
  return foldKernel('crossEntropy divisor', weight ? [target, weight] : [target], [divisor], walk, {
    state: [['sum', 'f32', '0f']],
    take: `if (${at(parts.counts)}) { sum += ${at(parts.weight)}; }`,
    merge: 'sum += sumB;',
    finish: 'out0[0] = sum;',
  });
}

export const crossEntropyLowerings: Lowerings = { crossEntropy, crossEntropyBackward };
