/** Updates of parameters by their gradients, in place where the plan can. */
import { numel } from '../../../core/shape.js';
import type {
  AdamStepAttrs,
  RmspropStepAttrs,
  SgdStepAttrs,
} from '../../../graph/attrs/training.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { type Lowerings, lowering } from '../lowering.js';
import { each } from './map.js';

function update(name: string, reads: readonly Value[], writes: readonly Value[], body: string) {
  const [param] = operands(reads);
  const inPlace = writes.map((_, k) => k);
  return [each(name, numel(param.shape), { reads, writes, inPlace, body })];
}

const sgdStepPlain = lowering(({ name, inputs, outputs }) =>
  update(
    name,
    inputs,
    outputs,
    '    let theta = in0[i];\n    out0[i] = theta - in2[0] * (in1[i] + in3[2] * theta);',
  ),
);

const sgdStep = lowering<SgdStepAttrs>(({ name, inputs, outputs, attrs: { nesterov } }) =>
  update(
    name,
    inputs,
    outputs,
    `    let theta = in0[i];
    let grad = in2[i] + in4[2] * theta;
    let buffer = select(in4[0] * in1[i] + (1f - in4[1]) * grad, grad, in5[0] == 0i);
    out1[i] = buffer;
    out0[i] = theta - in3[0] * ${nesterov ? '(grad + in4[0] * buffer)' : 'buffer'};`,
  ),
);

/** `states` is how many come before the gradient; of the constants, 1 − β is given, so that nothing is lost of it. */
function adam(states: number, amsgrad: boolean) {
  return lowering<AdamStepAttrs>(({ name, inputs, outputs, attrs: { decoupled } }) => {
    const [grad, lr, constants, step] = [0, 1, 2, 3].map((k) => `in${states + k}`);
    const body = `    let given = in0[i];
    let rate = ${lr}[0];
    let t = f32(${step}[0]);
    let rest1 = ${constants}[0];
    let rest2 = ${constants}[1];
    let theta = ${decoupled ? `given * (1f - rate * ${constants}[3])` : 'given'};
    let slope = ${grad}[i]${decoupled ? '' : ` + ${constants}[3] * given`};
    let mean = (1f - rest1) * in1[i] + rest1 * slope;
    let square = (1f - rest2) * in2[i] + rest2 * slope * slope;
    let second = ${amsgrad ? 'max(square, in3[i])' : 'square'};
    out1[i] = mean;
    out2[i] = square;${amsgrad ? '\n    out3[i] = second;' : ''}
    out0[i] = theta - rate / oneMinusPower(rest1, t) * mean / (sqrt(second) / sqrt(oneMinusPower(rest2, t)) + ${constants}[2]);`;
    return update(name, inputs, outputs, body);
  });
}

/** The buffers that are not used are empty, and no kernel touches them. */
const rmspropStep = lowering<RmspropStepAttrs>(({ name, inputs, outputs, attrs }) => {
  const { momentum, centered } = attrs;
  const used = [0, 1, ...(momentum ? [2] : []), ...(centered ? [3] : [])];
  const pick = (list: readonly Value[], places: readonly number[]) =>
    places.flatMap((place) => list[place] ?? []);
  const reads = pick(inputs, [...used, 4, 5, 6]);
  const [grad, lr, constants] = [0, 1, 2].map((k) => `in${used.length + k}`);
  const buffer = used.indexOf(2);
  const mean = used.indexOf(3);
  const body = `    let theta = in0[i];
    let rest = ${constants}[0];
    let slope = ${grad}[i] + ${constants}[2] * theta;
    let square = (1f - rest) * in1[i] + rest * slope * slope;
    out1[i] = square;
    var variance = square;
    ${centered ? `let average = (1f - rest) * in${mean}[i] + rest * slope; out${mean}[i] = average; variance -= average * average;` : ''}
    var direction = slope / (sqrt(variance) + ${constants}[1]);
    ${momentum ? `direction += ${constants}[3] * in${buffer}[i]; out${buffer}[i] = direction;` : ''}
    out0[i] = theta - ${lr}[0] * direction;`;
  return update(name, reads, pick(outputs, used), body);
});

export const optimizerLowerings: Lowerings = {
  sgdStepPlain,
  sgdStep,
  adamStep: adam(3, false),
  adamStepAmsgrad: adam(4, true),
  rmspropStep,
};
