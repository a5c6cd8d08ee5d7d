import '../../../../src/ops/adam-step.js';
import '../../../../src/ops/rmsprop-step.js';
import '../../../../src/ops/sgd-step.js';
import type { NdArray } from '../../../../src/graph/op.js';
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
    /** Momentum, dampening, weight decay. */
    const sgd = (t: number, dampening: number, decay: number) => {
      return [param, first, grad, lr, given([3], [0.9, dampening, decay]), step(t)];
    };
    const plain = (decay: number) => [param, grad, lr, given([3], [0, 0, decay])];
    /** 1 − β₁, 1 − β₂, ε, weight decay. */
    const adam = (t: number, decay: number, ...max: NdArray[]) => {
      const constants = given([4], [0.1, 0.001, 1e-8, decay]);
      return [param, first, square, ...max, grad, lr, constants, step(t)];
    };
    /** 1 − α, ε, weight decay, momentum. */
    const rmsprop = (decay: number, momentum: number, ...averages: NdArray[]) => {
      return [param, ...averages, grad, lr, given([4], [0.01, 1e-8, decay, momentum])];
    };
    const adamCase = (decoupled: boolean, inputs: readonly NdArray[]): Case => {
      return { op: 'adamStep', attrs: { decoupled }, inputs };
    };
    return [
      { op: 'sgdStepPlain', inputs: plain(0) },
      { op: 'sgdStepPlain', inputs: plain(0.1) },
      { op: 'sgdStep', attrs: { nesterov: false }, inputs: sgd(0, 0, 0) },
      { op: 'sgdStep', attrs: { nesterov: false }, inputs: sgd(5, 0, 0.1) },
      { op: 'sgdStep', attrs: { nesterov: false }, inputs: sgd(1, 0.3, 0) },
      { op: 'sgdStep', attrs: { nesterov: true }, inputs: sgd(2, 0, 0) },
      adamCase(false, adam(1, 0)),
      adamCase(false, adam(100000, 0)),
      adamCase(false, adam(3, 0.1)),
      adamCase(true, adam(7, 0.1)),
      { op: 'adamStepAmsgrad', attrs: { decoupled: false }, inputs: adam(2, 0, large) },
      {
        op: 'rmspropStep',
        attrs: { momentum: false, centered: false },
        inputs: rmsprop(0, 0, square, empty, empty),
      },
      {
        op: 'rmspropStep',
        attrs: { momentum: true, centered: true },
        inputs: rmsprop(0.1, 0.9, large, first, randn([n], 6, 0, 0.5)),
      },
    ];
  }),
);
