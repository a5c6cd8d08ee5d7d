/** Binary cross entropy, of probabilities and of scores, and negative log likelihood. */
import { requireLabels } from '../../../core/labels.js';
import { requireBinaryTargets, requireProbabilities } from '../../../core/probabilities.js';
import { numel } from '../../../core/shape.js';
import type {
  LossAttrs,
  NllLossAttrs,
  NllLossBackwardAttrs,
} from '../../../graph/attrs/training.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { type Kernel, literal } from '../kernel.js';
import { type Lowerings, lowering } from '../lowering.js';
import { divisorKernel } from './cross-entropy.js';
import { foldKernel } from './fold.js';
import { each, elementMap } from './map.js';

/** The loss of all elements, or of each; `single` is told the names of the inputs' elements. */
function lossKernels(
  name: string,
  inputs: readonly Value[],
  loss: Value,
  { reduction }: LossAttrs,
  single: (...elements: string[]) => string,
): Kernel[] {
  if (reduction === 'none') {
    const given = inputs.map((value) => ({ value }));
    return [elementMap(name, loss, given, single)];
  }
  const [first] = operands(inputs);
  const size = numel(first.shape);
  const elements = inputs.map((_, k) => `x${k}`);
  const fetch = elements.map((element, k) => `let ${element} = in${k}[at];`).join(' ');
  const walk = { count: 1, size, base: '0u', place: 'q' };
  const fold = {
    state: [['total', 'f32', '0f']] as const,
    take: `${fetch} total += ${single(...elements)};`,
    merge: 'total += totalB;',
    finish: `out0[0] = ${reduction === 'mean' ? `total / ${literal(size)}` : 'total'};`,
  };
  return [foldKernel(name, inputs, [loss], walk, fold)];
}

const bce = lowering<LossAttrs>(({ name, inputs, outputs, attrs }, context) => {
  const [p, target] = operands(inputs);
  context.check(p, requireProbabilities);
  context.check(target, (data) => requireBinaryTargets('binaryCrossEntropy', data));
  return lossKernels(
    name,
    inputs,
    operands(outputs)[0],
    attrs,
    (x, t) => `-(${t} * boundedLog(logOf(${x})) + (1f - ${t}) * boundedLog(log1pOf(-${x})))`,
  );
});

const bceWithLogits = lowering<LossAttrs>(({ name, inputs, outputs, attrs }, context) => {
  const [, target] = operands(inputs);
  const check = (data: Parameters<typeof requireBinaryTargets>[1]) =>
    requireBinaryTargets('binaryCrossEntropyWithLogits', data);
  context.check(target, check);
  // Of log(1 + e⁻ˣ) = max(−x, 0) + softplus, −x and (1 − t)·x are one number: their difference loses nothing.
  return lossKernels(name, inputs, operands(outputs)[0], attrs, (x, t, w = '1f') => {
    const linear = `select(-${t} * ${w} * ${x}, (1f - ${t}) * ${x}, ${x} > 0f)`;
    return `${linear} + (1f + (${w} - 1f) * ${t}) * log1pOf(exp(-abs(${x})))`;
  });
});

const nllLoss = lowering<NllLossAttrs>(({ name, inputs, outputs, attrs }, context) => {
  const [logp, target] = operands(inputs);
  const weight = inputs[2];
  const [loss] = operands(outputs);
  const [, classes = 1, ...rest] = logp.shape;
  const inner = numel(rest);
  const { reduction, ignoreIndex } = attrs;
  context.check(target, (data) => requireLabels('nllLoss', data, classes, ignoreIndex));
  const single = (place: string) => `
    let label = in1[${place}];
    var w = 0f;
    var single = 0f;
    if (label != ${ignoreIndex}i) {
      w = ${weight === undefined ? '1f' : 'in2[u32(label)]'};
      single = select(-w * in0[(${place} / ${inner}u * ${classes}u + u32(label)) * ${inner}u + ${place} % ${inner}u], notANumber(), label < 0i || label >= ${classes}i);
    }`;
  const places = numel(target.shape);
  if (reduction === 'none')
    return [
      each(name, places, {
        reads: inputs,
        writes: [loss],
        body: `${single('i')}\n    out0[i] = single;`,
      }),
    ];
  const walk = { count: 1, size: places, base: '0u', place: 'q' };
  const fold = {
    state: [
      ['total', 'f32', '0f'],
      ['weights', 'f32', '0f'],
    ] as const,
    take: `${single('q')} total += single; weights += w;`,
    merge: 'total += totalB; weights += weightsB;',
    finish: `out0[0] = total${reduction === 'mean' ? ' / weights' : ''};`,
  };
  return [foldKernel(name, inputs, [loss], walk, fold)];
});

const nllLossBackward = lowering<NllLossBackwardAttrs>((node, context) => {
  const { name, inputs, outputs, attrs } = node;
  const [, target] = operands(inputs);
  const weight = inputs[2];
  const [dlogp] = operands(outputs);
  const [, classes = 1, ...rest] = dlogp.shape;
  const inner = numel(rest);
  const divisor = context.scratch([1]);
  const mean = attrs.reduction === 'mean';
  const reads = mean ? [...inputs, divisor] : inputs;
  const body = `    let k = i32(i / ${inner}u % ${classes}u);
    let place = i / ${classes * inner}u * ${inner}u + i % ${inner}u;
    let label = in1[place];
    var gradient = 0f;
    if (label == k && label != ${attrs.ignoreIndex}i) {
      gradient = -in0[${attrs.reduction === 'none' ? 'place' : '0'}]${weight === undefined ? '' : ' * in2[u32(k)]'}${mean ? ` / in${inputs.length}[0]` : ''};
    }
    out0[i] = gradient;`;
  const spread = each(name, numel(dlogp.shape), { reads, writes: [dlogp], body });
  if (!mean) return [spread];
  const { ignoreIndex } = attrs;
  const places = numel(target.shape);
  return [
    divisorKernel(target, weight, divisor, places, { ignoreIndex, labelSmoothing: 0 }),
    spread,
  ];
});

export const lossLowerings: Lowerings = { bce, bceWithLogits, nllLoss, nllLossBackward };
