import '../../../src/ops/adam-step.js';
import '../../../src/ops/rmsprop-step.js';
import '../../../src/ops/sgd-step.js';
import type { NdArray } from '../../../src/graph/op.js';
import { type Case, checkAgreement, given, randn } from './agreement.js';

const lr = given([], [0.01]);
const step = (t: number) => given([], [t], 'int32');
const positive = (x: NdArray): NdArray => ({ ...x, data: x.data.map(Math.abs) });

checkAgreement(
  [0, 1, 3, 17, 1023, 4096].flatMap((n): Case[] => {
    const [param, grad, first, second] = [1, 2, 3, 4].map((k) => randn([n], k)) as [
      NdArray,
      NdArray,
      NdArray,
      NdArray,
    ];
    const square = positive(second);
    const large = { ...square, data: square.data.map((v) => v + 4) };
    const empty = randn([0], 1);
    const sgd = { momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 0 };
    const adam = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, decoupled: false };
    const rmsprop = { alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false };
    const sgdInputs = (t: number) => [param, first, grad, lr, step(t)];
    const adamInputs = (t: number) => [param, first, square, grad, lr, step(t)];
    return [
      { op: 'sgdStepPlain', attrs: { weightDecay: 0 }, inputs: [param, grad, lr] },
      { op: 'sgdStepPlain', attrs: { weightDecay: 0.1 }, inputs: [param, grad, lr] },
      { op: 'sgdStep', attrs: sgd, inputs: sgdInputs(0) },
      { op: 'sgdStep', attrs: { ...sgd, weightDecay: 0.1 }, inputs: sgdInputs(5) },
      { op: 'sgdStep', attrs: { ...sgd, dampening: 0.3 }, inputs: sgdInputs(1) },
      { op: 'sgdStep', attrs: { ...sgd, nesterov: true }, inputs: sgdInputs(2) },
      { op: 'adamStep', attrs: adam, inputs: adamInputs(1) },
      { op: 'adamStep', attrs: adam, inputs: adamInputs(100000) },
      { op: 'adamStep', attrs: { ...adam, weightDecay: 0.1 }, inputs: adamInputs(3) },
      {
        op: 'adamStep',
        attrs: { ...adam, weightDecay: 0.1, decoupled: true },
        inputs: adamInputs(7),
      },
      {
        op: 'adamStepAmsgrad',
        attrs: adam,
        inputs: [param, first, square, large, grad, lr, step(2)],
      },
      { op: 'rmspropStep', attrs: rmsprop, inputs: [param, square, empty, empty, grad, lr] },
      {
        op: 'rmspropStep',
        attrs: { ...rmsprop, weightDecay: 0.1, momentum: 0.9, centered: true },
        inputs: [param, large, first, randn([n], 6, 0, 0.5), grad, lr],
      },
    ];
  }),
);
